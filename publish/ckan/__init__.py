"""Publishing to a CKAN portal: what it should say, what it says, the plan between the two, and carrying it out.

HTTP to a portal lives here and nowhere else. `plan` reads, `apply` writes, `verify` reads back; `keep` writes down a plan
that was shown, `require` holds another against it.
"""

from publish.ckan.applying import Outcome, apply
from publish.ckan.binding import keep, require
from publish.ckan.planning import Plan, check, plan
from publish.ckan.verifying import Verified, verify

__all__ = ["Outcome", "Plan", "Verified", "apply", "check", "keep", "plan", "require", "verify"]
