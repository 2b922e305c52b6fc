"""the Glossary tab: every term, to be searched in any of its languages"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.serving import glossary, words

if TYPE_CHECKING:
    from assistant.pipeline import Assistant


def lay_out(assistant: Assistant, language: str) -> gr.HTML:
    """Put the tab on the page that is being built; in another language it shows `glossary.frame_html` of it."""

    def entries(asked: Any) -> dict[str, str]:
        spoken = words.spoken(str(asked.get("language", "") if isinstance(asked, dict) else ""))
        return {"html": glossary.entries_html(assistant.concepts(), spoken)}

    return gr.HTML(
        glossary.frame_html(language),
        elem_id="glossary",
        apply_default_css=False,
        js_on_load="window.assistantGlossary.start(element, server, watch)",
        server_functions=[entries],
    )
