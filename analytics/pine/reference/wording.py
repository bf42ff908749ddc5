"""How signatures are written for people."""

from analytics.pine.reference.notation import VERSIONS, Parameter, Signature
from analytics.pine.types import Qualifier


def written(name: str, signature: Signature) -> str:
    """Return a call with its parameters and what comes of it."""
    parameters = ", ".join(map(written_parameter, signature.parameters))
    return f"{name}({parameters}) → {written_result(signature)}"


def written_result(signature: Signature) -> str:
    """Return the type of the result; without a qualifier it is as strong as the strongest argument."""
    result = str(signature.result)
    if signature.result_qualifier is not None:
        result = f"{signature.result_qualifier.word} {result}"
    return result


def written_parameter(parameter: Parameter) -> str:
    """Return a parameter as the reference writes it."""
    qualifier = "" if parameter.qualifier is Qualifier.SERIES else f"{parameter.qualifier.word} "
    mark = "..." if parameter.variadic else "?" if parameter.optional and not parameter.default else ""
    default = f" = {parameter.default}" if parameter.default else ""
    return f"{parameter.name} {qualifier}{parameter.type}{mark}{default}"


def since(versions: tuple[int, ...]) -> str:
    """Return in which versions something exists, nothing if in all."""
    return "" if versions == VERSIONS else f" (version {', '.join(map(str, versions))} only)"
