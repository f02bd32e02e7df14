"""The shop's settings and its goods; the goods are a table of data with prices that tests use."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One thing the shop sells."""

    sku: str
    """The shop's own number of it; also names the drawing."""
    name_ja: str
    """Name in Japanese."""
    name_en: str
    """Name in English."""
    text_ja: str
    """Description in Japanese."""
    text_en: str
    """Description in English."""
    price_minor: int
    """In minor units of the shop's currency, tax included."""

    def name(self, language: str) -> str:
        """The name in the buyer's language."""
        return self.name_ja if language == "ja" else self.name_en

    def text(self, language: str) -> str:
        """The description in the buyer's language."""
        return self.text_ja if language == "ja" else self.text_en


CATALOGUE: Final = (
    Product(
        sku="tenugui",
        name_ja="手ぬぐい「山並み」",
        name_en="Tenugui cloth “Ridges”",
        text_ja="藍の濃淡で峠の山並みを染めた、綿の手ぬぐいです。",
        text_en="A cotton cloth dyed with mountain ridges in shades of indigo.",
        price_minor=1_100,
    ),
    Product(
        sku="sencha",
        name_ja="煎茶 100 g",
        name_en="Sencha green tea, 100 g",
        text_ja="旅の一服に。すっきりとした香りの一番茶です。",
        text_en="First-flush tea with a clear scent, for a rest on the road.",
        price_minor=1_620,
    ),
    Product(
        sku="kettle",
        name_ja="鉄瓶「石畳」",
        name_en="Cast-iron kettle “Cobbles”",
        text_ja="石畳の肌合いを写した鉄瓶。お湯がまろやかになります。",
        text_en="Its skin recalls old paving stones; it makes water taste softer.",
        price_minor=14_500,
    ),
    Product(
        sku="lantern",
        name_ja="手提げ提灯",
        name_en="Hand lantern",
        text_ja="和紙を張った手提げ提灯。折りたたんで持ち歩けます。",
        text_en="A paper lantern on a handle; folds flat to travel.",
        price_minor=30_000,
    ),
    Product(
        sku="letterbox",
        name_ja="漆の文箱",
        name_en="Lacquer letter box",
        text_ja="通行手形を納めた文箱を手本に、漆で仕上げました。",
        text_en="Modelled on the boxes that carried travel permits, finished in lacquer.",
        price_minor=52_100,
    ),
    Product(
        sku="screen",
        name_ja="二曲屏風「箱根路」",
        name_en="Two-panel folding screen “Hakone Road”",
        text_ja="峠道を金地に描いた、小ぶりの二曲屏風です。",
        text_en="A small folding screen: a mountain road on a gold ground.",
        price_minor=150_000,
    ),
)
"""What the shop sells unless the settings say otherwise: a price for every purse, so that a purchase
can be cheap, ordinary, dear, or of the amount that payment sandboxes use for examples."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StorefrontSettings:
    """What the shop must be told before it can open."""

    origin: str
    """Where buyers find the shop: scheme, host and port, without a path. Session cookies are
    marked Secure when it begins with https."""
    script_url: str
    """Address of the vault's browser script, which puts the card fields into the vault's frame."""
    script_integrity: str
    """Its subresource integrity value (`sha384-…`): a changed script does not run."""
    publishable_key: str
    """The key by which the vault knows this shop in a browser; not a secret."""
    gateway_origin: str
    """Origin of the payment gateway and the vault: the one foreign site that pages may frame."""
    name_ja: str = "峠の茶屋"
    """The shop's name in Japanese; also the merchant's name in a payment when the buyer's
    language is Japanese."""
    name_en: str = "Toge Chaya"
    """The shop's name in Latin letters."""
    currency: str = "JPY"
    """ISO 4217 code of the currency of all prices."""
    products: tuple[Product, ...] = CATALOGUE
    """The goods, in the order in which the front page shows them."""
    countries: tuple[str, ...] = ("JP", "US", "GB", "FR", "DE", "TW", "SG", "AU")
    """ISO 3166-1 two-letter codes of the countries that the shop delivers to, the first preset."""

    orders_per_minute: int = 20
    """How often one address may press the button in a minute: a thief tries cards by the hundred."""
    returns_per_minute: int = 30
    """How often one attempt to pay may come back in a minute."""

    def name(self, language: str) -> str:
        """The shop's name in the buyer's language."""
        return self.name_ja if language == "ja" else self.name_en

    def product(self, sku: str) -> Product | None:
        """The product of that number; None when the shop does not sell it."""
        return next((product for product in self.products if product.sku == sku), None)
