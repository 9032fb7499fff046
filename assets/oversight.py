"""Who in the office must agree before a dataset reaches readers. The verbs are in `publish/`."""

from typing import Literal

from pydantic import Field

from assets.model import Duration, Strict


class Approval(Strict):
    """A release reaches readers only once a second person has approved exactly its bytes.

    `when: always` asks for each release, `contract` for the first one and for the first after this file changed. `by` names
    those who may approve; without it anybody may but those who ran it. An approval that was not used within `expires` is
    void. Taking this section away is itself asked for once more.
    """

    when: Literal["always", "contract"] = "always"
    by: tuple[str, ...] = ()
    expires: Duration = Field(default="30d", validate_default=True)
