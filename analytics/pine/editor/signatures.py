"""What a call takes, while it is written."""

from analytics.pine.editor.callees import Callee, active_overload, active_parameter, callee_at
from analytics.pine.editor.places import place_at
from analytics.pine.editor.protocol import ParameterHelp, SignatureForm, SignatureHelp
from analytics.pine.editor.reading import Reading
from analytics.pine.reference.notation import Signature
from analytics.pine.reference.wording import since, written_parameter, written_result


def signature_help(reading: Reading, line: int, column: int) -> SignatureHelp | None:
    """Return the signatures of the call around a place and which parameter the place is for, None outside of calls."""
    call = place_at(reading, line, column).around
    if call is None:
        return None
    visible = reading.visible(line, column, own_row=False)
    callee = callee_at(reading, call.callee, line, column, visible)
    if callee is None:
        return None
    active = active_overload(reading, callee, call, visible)
    forms = tuple(_form(callee, signature) for signature in callee.signatures)
    return SignatureHelp(forms, active, active_parameter(callee, callee.signatures[active], call))


def _form(callee: Callee, signature: Signature) -> SignatureForm:
    label = f"{callee.name}("
    parameters: list[ParameterHelp] = []
    for parameter in callee.parameters(signature):
        if parameters:
            label += ", "
        text = written_parameter(parameter)
        documentation = callee.remarks.parts.get(parameter.name, "")
        parameters.append(ParameterHelp(len(label), len(label) + len(text), documentation))
        label += text
    label += f") → {written_result(signature)}"
    return SignatureForm(label, f"{callee.remarks.text}{since(signature.versions)}", tuple(parameters))
