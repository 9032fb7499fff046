"""Privacy techniques: one file each, one line here, one test that states its law."""

from assets.privacy.anonymise import Anonymise
from assets.privacy.drop import Drop
from assets.privacy.generalise import Generalise
from assets.privacy.pseudonym import Pseudonym
from assets.privacy.redact import Redact

AnyTechnique = Drop | Redact | Pseudonym | Generalise | Anonymise
