"""the page: its frame, language and country, and which event calls what"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from html import escape
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.errors import SettingsError
from assistant.serving import glossary as terms
from assistant.serving import words
from assistant.serving.tabs import ask, explore, glossary, plan, sources
from assistant.serving.words import word
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.pipeline import Assistant

SYSTEM_FONTS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "Helvetica Neue", "sans-serif")
"""Fonts that every machine has; the page loads none."""

TABS = ("ask", "explore", "plan", "glossary")
"""The tabs in their order, each with its word "tab.<name>" and its panel."""

EDITORS_TABS = (*TABS, "sources")
"""The tabs of a page whose visitors may edit."""

STYLES = ("style.css", "talks.css", "explore.css", "plan.css", "sources.css", "taking.css")
SCRIPTS = (
    "navigation.js",
    "download.js",
    "taking.js",
    "page.js",
    "cases.js",
    "caselist.js",
    "talks.js",
    "asked.js",
    "examples.js",
    "terms.js",
    "shortlist.js",
    "explore-controls.js",
    "explore.js",
    "plan.js",
    "glossary.js",
    "sources.js",
)
"""What the page's head holds, beside this module; each script uses only those before it when it is read."""

_FRAMED = {
    "explore": (explore.lay_out, explore.frame_html),
    "plan": (plan.lay_out, plan.frame_html),
    "glossary": (glossary.lay_out, terms.frame_html),
    "sources": (sources.lay_out, sources.frame_html),
}
"""How each tab but Ask is put on the page, and its frame, which is drawn anew in another language."""

_FIRST_LANGUAGE = "nb"
_UNKNOWN = {"language": "", "country": ""}


def build(assistant: Assistant, *, composed: bool, editors: bool = False) -> gr.Blocks:
    """The whole page over `assistant`, ready to launch.

    `composed` says that a model writes the answers, `editors` that the visitors may add and withdraw documents.
    """
    tabs = EDITORS_TABS if editors else TABS
    framed = {name: _FRAMED[name] for name in tabs if name in _FRAMED}
    masthead_of = partial(masthead_html, tabs=tabs)
    with gr.Blocks(title=word("app.title", _FIRST_LANGUAGE), analytics_enabled=False, fill_width=True) as page:
        # Kept in the browser. It holds no secret; the fixed words make it readable after a restart.
        choices = gr.BrowserState(_UNKNOWN, storage_key="choices", secret="choices")
        masthead = _lay_out_masthead(masthead_of(_FIRST_LANGUAGE, words.home(_FIRST_LANGUAGE), arrived=False))
        pane = ask.lay_out_pane(assistant, _FIRST_LANGUAGE)
        with _panel("ask"):
            asking = ask.lay_out(assistant, choices, pane, _FIRST_LANGUAGE, composed=composed)
        relabelled: list[gr.components.Component] = list(asking.shown)
        for name, (lay_out, _) in framed.items():
            with _panel(name):
                relabelled.append(lay_out(assistant, _FIRST_LANGUAGE))

        def show(made: dict[str, str], conversation: ask.Conversation) -> tuple[Any, ...]:
            language = made["language"]
            frames = (frame(language) for _, frame in framed.values())
            return made, masthead_of(language, made["country"]), *asking.relabel(conversation, language), *frames

        def arrive(kept: Any, talk: Any, request: gr.Request) -> tuple[Any, ...]:
            made = first_choices(kept, request.headers.get("accept-language"))
            conversation = asking.reopened(talk)
            shown = show(made, conversation)
            # What a link says of language and country holds for this visit, and is not kept.
            linked = isinstance(kept, dict) and kept.get("linked") is True
            return conversation, *((gr.skip(), *shown[1:]) if linked else shown)

        def choose(made: Any, kept: Any, conversation: ask.Conversation) -> tuple[Any, ...]:
            chosen = next_choices(made, kept)
            if chosen["language"] == first_choices(kept, None)["language"]:
                return chosen, masthead_of(chosen["language"], chosen["country"]), *(gr.skip() for _ in relabelled)
            return show(chosen, conversation)

        shown = [choices, masthead, *relabelled]
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        made = gr.JSON(visible=False)
        page.load(
            arrive,
            [choices, made],
            [asking.conversation, *shown],
            js="(kept) => [window.assistantAsked.choices(kept), window.assistantTalks.wanted()]",
            **quiet,
        )
        masthead.select(
            choose,
            [made, choices, asking.conversation],
            shown,
            js="(made, kept, talk) => [window.assistantPage.chosen(), kept, talk]",
            trigger_mode="always_last",
            **quiet,
        )
    page.queue(default_concurrency_limit=ask.CONCURRENT_QUESTIONS)
    return page


def launch(assistant: Assistant, settings: Settings, *, wait: bool = True) -> gr.Blocks:
    """Serve the page at the settings' host and port; return when it is stopped, or at once without `wait`.

    Raises SettingsError if the port is taken. Nothing on the page comes from, or goes to, another host.
    """
    page = build(assistant, composed=bool(settings.llm_url), editors=settings.editors)
    style, script = ("\n".join(map(_beside, names)) for names in (STYLES, SCRIPTS))
    with as_file(files("assistant.serving").joinpath("favicon.svg")) as favicon:
        try:
            page.launch(
                server_name=settings.host,
                server_port=settings.port,
                share=False,
                prevent_thread_lock=True,
                show_error=False,
                quiet=True,
                footer_links=[],
                run_history=False,
                enable_monitoring=False,
                ssr_mode=False,
                pwa=False,
                favicon_path=favicon,
                theme=theme(),
                # Not as `css`: Gradio would put its own container before each selector.
                head=f"<style>{style}</style><script>{script}</script>",
                app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
            )
        except OSError as error:
            hint = "Stop the other program, or set ASSISTANT_PORT to another port."
            raise SettingsError(f"The page cannot listen on {settings.host}:{settings.port}.", hint=hint) from error
        if wait:
            page.block_thread()
    return page


def theme() -> gr.themes.Base:
    """Gradio's plain theme with fonts that load nothing; style.css does the rest."""
    return gr.themes.Base(font=SYSTEM_FONTS, font_mono=("ui-monospace", "Consolas", "monospace"))


def first_choices(kept: Any, accept_language: str | None) -> dict[str, str]:
    """What a browser kept from last time where that is valid, else what its languages suggest."""
    kept = kept if isinstance(kept, dict) else {}
    language = kept.get("language")
    language = language if language in words.LANGUAGES else words.preferred(accept_language)
    country = kept.get("country")
    return {"language": language, "country": country if country in _countries() else words.home(language)}


def next_choices(made: Any, kept: Any) -> dict[str, str]:
    """The choices after a selector moved. The country follows the language until it was chosen apart from it."""
    before, after = first_choices(kept, None), first_choices(made, None)
    moved = before["language"] != after["language"]
    if moved and after["country"] == before["country"] == words.home(before["language"]):
        return {"language": after["language"], "country": words.home(after["language"])}
    return after


def masthead_html(language: str, country: str, *, arrived: bool = True, tabs: Sequence[str] = TABS) -> str:
    """Name of the page, the two selectors, and the live region that tells of new answers.

    Until it has `arrived` in the visitor's language, the rest of the page stays out of sight.
    """
    title = escape(word("app.title", language))
    languages = _options(words.LANGUAGES, language)
    countries = _options({code: words.country(code, language) for code in _countries()}, country)
    return (
        f'<header data-language="{language}" data-country="{country}" data-title="{title}" '
        f'data-arrived="{str(arrived).lower()}"><a class="skip" href="#panel-ask">{escape(word("skip", language))}</a>'
        f'<div class="brand"><span class="logo" aria-hidden="true"></span><div><h1>{title}</h1>'
        f"<p>{escape(word('app.tagline', language))}</p></div></div>"
        f"{_tabs(tabs, language)}"
        f"<div class='choices'>{_select('country', 'choose.country', countries, language)}"
        f"{_select('language', 'choose.language', languages, language)}</div>"
        '<div id="announce" class="unseen" role="status"></div></header>'
    )


def _lay_out_masthead(html: str) -> gr.HTML:
    return gr.HTML(
        html,
        elem_id="masthead",
        apply_default_css=False,
        js_on_load="window.assistantPage.masthead(element, trigger, watch)",
    )


def _panel(name: str) -> gr.Column:
    return gr.Column(elem_id=f"panel-{name}", elem_classes="panel")


def _beside(name: str) -> str:
    """The text of a file beside this module."""
    return files("assistant.serving").joinpath(name).read_text(encoding="utf-8")


def _tabs(names: Sequence[str], language: str) -> str:
    buttons = "".join(
        f'<button type="button" role="tab" id="tab-{name}" data-tab="{name}" aria-controls="panel-{name}" '
        f'aria-selected="false" tabindex="-1">{escape(word(f"tab.{name}", language))}</button>'
        for name in names
    )
    return f'<div class="tabs" role="tablist" aria-label="{escape(word("tabs.label", language))}">{buttons}</div>'


def _countries() -> tuple[str, ...]:
    return (*words.COUNTRIES, "all")


def _select(name: str, label: str, options: str, language: str) -> str:
    return (
        f'<label for="{name}"><span>{escape(word(label, language))}</span>'
        f'<select id="{name}" autocomplete="off">{options}</select></label>'
    )


def _options(names: Mapping[str, str], chosen: str) -> str:
    return "".join(
        f'<option value="{code}"{" selected" if code == chosen else ""}>{escape(name)}</option>'
        for code, name in names.items()
    )
