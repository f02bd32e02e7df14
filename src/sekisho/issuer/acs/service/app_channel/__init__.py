"""The challenge in an app: keys and signature with the ARes, encrypted CReq and CRes, native screens.

`asking` belongs to the ARes, `talking` to everything after it; the screens in between are pure.
"""

from sekisho.issuer.acs.service.app_channel.asking import AppAsking
from sekisho.issuer.acs.service.app_channel.deeds import Deeds
from sekisho.issuer.acs.service.app_channel.sessions import Sessions
from sekisho.issuer.acs.service.app_channel.talking import AppChallenges, Reply

__all__ = ["AppAsking", "AppChallenges", "Deeds", "Reply", "Sessions"]
