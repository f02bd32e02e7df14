"""The bank's rooms, put together: its cards and authorization host, its Access Control Server."""

from collections.abc import Callable

from sekisho.adapters.factors import Argon2Passwords, TotpCodes, WebAuthnPasskeys
from sekisho.adapters.keys import BadKeyFile
from sekisho.adapters.keystores import SIGNED_CONTENT, RoomKeys
from sekisho.app.rooms import Room
from sekisho.app.wiring.mischief import Disturbed
from sekisho.app.wiring.parts import Foundation, Surroundings
from sekisho.app.wiring.threeds1 import old_acs_of, old_performer
from sekisho.clients.acs import AcsOfBank
from sekisho.clients.emv import EmvPeer
from sekisho.clients.members_factors import IssuersBank
from sekisho.issuer.acs import store as acs_store
from sekisho.issuer.acs import web as acs_web
from sekisho.issuer.acs.model import AcsSettings
from sekisho.issuer.acs.service import Acs, Decision, RuleSet
from sekisho.issuer.acs.service import Keys as AcsKeys
from sekisho.issuer.acs.service import Stores as AcsStores
from sekisho.issuer.members import store as members_store
from sekisho.issuer.members import web as members_web
from sekisho.issuer.members.model import MembersSettings
from sekisho.issuer.members.service import Checkers, Keys, Members, Stores, relying_party
from sekisho.kernel.mail import Mailer
from sekisho.protocol.jose import Signer
from sekisho.testkit.mischief import Mischief, Role


async def build_members(
    settings: MembersSettings, around: Surroundings, *, mailer: Mailer | None = None
) -> Room:
    """Put the bank together; without a mailer its e-mails stay in the sandbox's inbox."""
    base = await Foundation.lay(
        "members",
        around,
        migrations=members_store.MIGRATIONS,
        effects=members_store.EFFECTS,
    )
    keyring = around.keyring
    members = Members(
        settings,
        stores=Stores(
            cards=base.records(members_store.CARDS),
            authorizations=base.records(members_store.AUTHORIZATIONS),
            postings=base.records(members_store.POSTINGS),
            spent=base.records(members_store.SPENT),
            messages=base.records(members_store.MESSAGES),
            factors=base.records(members_store.FACTORS),
            prompts=base.records(members_store.PROMPTS),
        ),
        keys=Keys(
            seal=keyring.seal("members-cards"),
            fingerprint=keyring.mac("members-fingerprint"),
            authentication_value=base.working_keys().authentication_values(),
        ),
        clock=around.clock,
        chance=around.chance,
        outbox=base.outbox,
        log=base.log,
        checkers=checkers(settings),
        mailer=mailer,
        acs=AcsOfBank(base.peer("acs")),
    )
    base.performs(members.perform)
    return Room(
        name="members",
        database=base.database,
        outbox=base.outbox,
        site=members_web.site(members, log=base.log),
        peers=members_web.peers(members, log=base.log),
        closers=tuple(base.closers),
    )


def checkers(settings: MembersSettings) -> Checkers:
    """Choose who checks what cardholders type and send."""
    rp_id, origin = relying_party(settings), settings.passkey_origin
    passkeys = WebAuthnPasskeys(rp_id=rp_id, origin=origin) if rp_id and origin else None
    return Checkers(passwords=Argon2Passwords(), app_codes=TotpCodes(), passkeys=passkeys)


async def build_acs(
    settings: AcsSettings,
    around: Surroundings,
    *,
    sandbox_decision: Callable[[Decision], Decision] | None = None,
    mischief: Mischief | None = None,
) -> Room:
    """Put the Access Control Server together; `sandbox_decision` stands before its own rules."""
    base = await Foundation.lay(
        "acs", around, migrations=acs_store.MIGRATIONS, effects=acs_store.EFFECTS
    )
    keyring, keys = around.keyring, base.working_keys()
    rules: Decision = RuleSet(settings)
    mischievous = Disturbed(Role.ACS, base, mischief)
    directory = mischievous.way(EmvPeer(base.peer_at))
    stores = AcsStores(
        authentications=base.records(acs_store.AUTHENTICATIONS),
        device_profiles=base.records(acs_store.DEVICE_PROFILES),
        card_guards=base.records(acs_store.CARD_GUARDS),
    )
    acs_keys = AcsKeys(
        seal=keyring.seal("acs-cards"),
        digest=keyring.mac("acs-digest"),
        authentication_value=keys.authentication_values(),
        signer=_signer(keys, base),
    )
    bank = IssuersBank(base.peer("members"))
    acs = Acs(
        settings,
        stores=stores,
        keys=acs_keys,
        bank=bank,
        directory=directory,
        decision=rules if sandbox_decision is None else sandbox_decision(rules),
        ds_urls=[f"{around.peer_urls['directory']}/3ds"],
        clock=around.clock,
        chance=around.chance,
        outbox=base.outbox,
        log=base.log,
    )
    old = old_acs_of(settings, stores, acs_keys, bank, base, sandbox=sandbox_decision is not None)
    base.performs(old_performer(acs.perform, old))
    return Room(
        name="acs",
        database=base.database,
        outbox=base.outbox,
        site=acs_web.site(acs, clock=around.clock, log=base.log, threeds1=old),
        peers=acs_web.with_threeds1(mischievous.port(acs_web.peers(acs)), old),
        closers=(acs.close, *base.closers),
    )


def _signer(keys: RoomKeys, base: Foundation) -> Signer | None:
    """Give what signs acsSignedContent; None while the directory's CA has not certified its key.

    The ACS works without one, but not for apps.
    """
    name, key = keys.newest(SIGNED_CONTENT)
    try:
        chain = base.around.keyring.signing_chain(f"{name.name}-{name.number}", key.public_key())
    except BadKeyFile as missing:
        base.log.warning("the key for acsSignedContent has no certificate", why=str(missing))
        return None
    return Signer(key=key, chain=chain)
