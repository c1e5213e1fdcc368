"""What goes from the browser when somebody signs out on purpose: the keys of their meetings."""

from __future__ import annotations

from reflex_base.components.component import Component

from conference_app.browser_files import browser_file


class ForgetKeys(Component):
    """Inside the form that signs out: lets it go once the browser has forgotten the keys."""

    library = browser_file(__file__, "forget_keys.tsx")
    tag = "ForgetKeys"
