"""sdkEncData: only the Directory Server reads it, and hands it on as deviceInfo."""

import hashlib
from collections.abc import Mapping

from msgspec.structs import replace

from sekisho.interoperability.directory.service.refusals import about
from sekisho.kernel.chance import Chance
from sekisho.protocol import Message, ProtocolFault
from sekisho.protocol.forms import base64url
from sekisho.protocol.jose.device_data import SPARE_OCTETS, DirectoryKey, open_device_data


class DeviceReader:
    """Opens what SDKs have sealed for this Directory Server."""

    def __init__(self, keys: Mapping[str, DirectoryKey], *, chance: Chance) -> None:
        self._keys = keys
        self._chance = chance

    def opened(self, areq: Message, directory_server_id: str) -> Message:
        """Give the AReq with deviceInfo in place of sdkEncData; raises 302, or 311 in 2.3.1."""
        sealed = areq.text_or_none("sdkEncData")
        if sealed is None:
            return areq
        try:
            plain = open_device_data(
                sealed,
                keys=self._keys,
                directory_server_id=directory_server_id,
                version=areq.version,
                spare=hashlib.sha256(self._chance.token(SPARE_OCTETS).encode()).digest(),
            )
        except ProtocolFault as fault:
            raise about(areq, fault.error_code, fault.error_detail) from fault
        others = {name: value for name, value in areq.elements.items() if name != "sdkEncData"}
        return replace(areq, elements={**others, "deviceInfo": base64url(plain)})
