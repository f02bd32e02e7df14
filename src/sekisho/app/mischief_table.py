"""The table of mischief as the command line and the reference page show it, drawn from the switches."""

from sekisho.testkit.mischief import FAULTS, LEGS, REACTIONS, Fault, Leg


def legs_in_words(fault: Fault) -> str:
    """Name the legs where a fault can be done."""
    return "anywhere" if fault.legs == LEGS else ", ".join(str(leg) for leg in fault.legs)


def mischief_rows() -> list[dict[str, object]]:
    """List the faults as plain rows, each with what must come of it at every leg."""
    return [
        {
            "number": fault.number,
            "name": fault.name,
            "what": fault.what,
            "why": fault.why,
            "reactions": {str(leg): _reaction(leg, fault) for leg in fault.legs},
        }
        for fault in FAULTS.values()
    ]


def mischief_table() -> str:
    """Write the table for a terminal."""
    lines = [
        "Mischief, in the sandbox only. By header at the raw EMV API:",
        "  X-Sekisho-Mischief: acs=late, directory.RReq=twice:1     (ROLE[.MESSAGE]=FAULT[:TIMES])",
        "By test card: the number below as digits 9 and 10 of a card with 16 digits (check digit to fit).",
        "",
    ]
    for fault in FAULTS.values():
        lines.append(f"  {fault.number}  {fault.name:20} {fault.what}")
        lines.append(f"      {'':20} {legs_in_words(fault)}")
    return "\n".join(lines)


def _reaction(leg: Leg, fault: Fault) -> dict[str, str]:
    found = REACTIONS[leg, fault.name]
    return {"told": found.told, "read": found.read}
