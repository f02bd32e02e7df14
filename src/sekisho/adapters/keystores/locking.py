"""Asks a PKCS#11 module to guard itself against threads, which python-pkcs11 does not.

It calls C_Initialize without arguments. That promises the module (PKCS#11 2.40, section 5.4) that no
two threads will ever call it at once, and SoftHSM takes the promise at its word: under two threads
it answers CKR_GENERAL_ERROR. So the module is started a second time, with the right argument.
"""

import ctypes
from typing import Final

from pkcs11 import GeneralError

OS_LOCKING_OK: Final = 0x02
"""CKF_OS_LOCKING_OK: the module may use the system's own locks."""
CANNOT_LOCK: Final = 0x0A
"""CKR_CANT_LOCK: it has no locks."""


class _InitializeArguments(ctypes.Structure):
    """CK_C_INITIALIZE_ARGS: four functions that make and take locks, none of them given."""

    _fields_ = (
        ("create_mutex", ctypes.c_void_p),
        ("destroy_mutex", ctypes.c_void_p),
        ("lock_mutex", ctypes.c_void_p),
        ("unlock_mutex", ctypes.c_void_p),
        ("flags", ctypes.c_ulong),
        ("reserved", ctypes.c_void_p),
    )


def allow_threads(module: str) -> bool:
    """Start a module that is running anew, for several threads; False when it does not take that.

    Ends every session of the process: for the time before the first is opened. Raises GeneralError
    when the module cannot be started at all: its token may be gone, and come back.
    """
    library = ctypes.CDLL(module)
    try:
        initialize, finalize = library.C_Initialize, library.C_Finalize
    except AttributeError:
        return False  # it shows its functions by way of C_GetFunctionList only
    finalize(None)
    code = initialize(ctypes.byref(_InitializeArguments(flags=OS_LOCKING_OK)))
    if code not in {0, CANNOT_LOCK}:
        raise GeneralError(f"C_Initialize answered {code:#x}")
    return bool(code == 0)
