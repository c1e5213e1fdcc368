"""Composition root: builds the Reflex app from pages, routes and adapters. No logic of its own."""

from __future__ import annotations

import reflex as rx

from conference_app.pages.landing import landing

app = rx.App(toaster=None)
app.add_page(landing, route="/")
