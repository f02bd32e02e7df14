"""The shop's pages."""

from sekisho.acquirer.storefront.web.site import site

__all__ = ["site"]
