"""A client's own verification: everybody has one, and nobody else's can be named, but for a document's number."""

from forexpro.tests.authorisation.access import OWNER, SIGNED_IN, Operation, changes, changes_without_key, reads
from kyc.tests.uploads import photo

TYPED = {"address-kind": "proof_of_address", "address-pages": photo, "address-submission": "one"}

TABLE: dict[str, Operation] = {
    "GET verification": reads(SIGNED_IN),
    "GET verification/<slug:requirement>": reads(SIGNED_IN),
    "POST verification/<slug:requirement>": changes(SIGNED_IN, **TYPED),
    "GET api/v1/kyc/status": reads(SIGNED_IN),
    "GET api/v1/kyc/documents": reads(SIGNED_IN),
    "POST api/v1/kyc/documents": changes_without_key(SIGNED_IN, kind="selfie", pages=photo),
    "GET api/v1/kyc/documents/<id:document_id>": reads(OWNER),
}
