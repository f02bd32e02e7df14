"""Pages: templates, languages, content security and the shared look, the same for every room.

A room says `pages = Pages("sekisho.issuer.acs")`, keeps its templates in its own `pages/` folder
(and its Japanese in `pages/locale/ja.po`), mounts `pages.static_handler()`, passes
`pages.exception_handlers(log)` to Litestar, and answers with `pages.response(request, "x.html")`.
"""

from sekisho.adapters.pages.csp import Csp
from sekisho.adapters.pages.language import LANGUAGES, Language, choose_language
from sekisho.adapters.pages.room_pages import Pages

__all__ = ["LANGUAGES", "Csp", "Language", "Pages", "choose_language"]
