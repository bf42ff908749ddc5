"""The reasons that reviewers start with, and what the desks may do."""

from django.db import migrations

from accounts.roles import Role, grant

REASONS = [
    (
        "Cannot be read",
        "We cannot read everything on it. Put it on a dark surface in daylight, keep the camera still, and take the photograph from above.",
    ),
    ("A corner is cut off", "A part of it is outside the picture. Take a photograph on which all four corners can be seen."),
    ("It has expired", "It is not valid any more. Send a document that is valid today."),
    ("Another name", "The name on it is not the name of your account. Send a document in your own name, or correct your name in your profile."),
    ("The other side is missing", "We need both sides. Send the front and the back together."),
    ("Older than three months", "It is older than three months. Send a newer bill or bank statement."),
    ("No address on it", "It does not show your full address. Send a bill or a bank statement with your name and address."),
    ("Not a kind that we accept", "We cannot accept this kind of document. Send one of those that the page about your verification names."),
    ("A picture of a screen", "This is a photograph of a screen or a copy. Take a photograph of the paper or card itself."),
    ("Face and document do not match", "Your face and the document you hold have to be recognisable in one photograph. Take it in daylight, without glasses and hat."),
]
STATUS = ["kyc.verificationcase.view_verificationcase"]
REVIEW = ["kyc.document.review_document", "kyc.rejectionreason.view_rejectionreason"]
REASONS_KEPT = [f"kyc.rejectionreason.{action}_rejectionreason" for action in ("add", "change", "delete")]


def create_reasons(apps, schema_editor):
    Reason = apps.get_model("kyc", "RejectionReason")
    for place, (title, text) in enumerate(REASONS, start=1):
        Reason.objects.get_or_create(title=title, defaults={"text": text, "position": 10 * place})


class Migration(migrations.Migration):
    dependencies = [("kyc", "0001_initial"), ("accounts", "0003_desks")]

    operations = [
        migrations.RunPython(create_reasons, migrations.RunPython.noop),
        migrations.RunPython(
            grant(STATUS, Role.READ_ONLY, Role.SUPPORT, Role.BACK_OFFICE, Role.COMPLIANCE, Role.ADMIN),
            migrations.RunPython.noop,
        ),
        migrations.RunPython(grant(REVIEW, Role.COMPLIANCE, Role.ADMIN), migrations.RunPython.noop),
        migrations.RunPython(grant(REASONS_KEPT, Role.COMPLIANCE, Role.ADMIN), migrations.RunPython.noop),
    ]
