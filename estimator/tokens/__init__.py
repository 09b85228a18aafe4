"""Texts, documents and media to token counts with a stated error. Loads nothing on import and fetches nothing."""

from estimator.tokens.chats import Overhead, chat_tokens, message_texts, overheads, tools_tokens, uncounted_parts
from estimator.tokens.count import TokenCount, count_text
from estimator.tokens.documents import Document, text_of
from estimator.tokens.files import Content, count_content, read_content
from estimator.tokens.kinds import content_of
from estimator.tokens.many import count_texts, count_total
from estimator.tokens.media import Clip, Picture, audio_tokens, image_tokens, page_tokens, video_tokens
from estimator.tokens.ratios import FAMILIES, Factor, contents, factor
from estimator.tokens.reading import read_text

__all__ = [
    "FAMILIES",
    "Clip",
    "Content",
    "Document",
    "Factor",
    "Overhead",
    "Picture",
    "TokenCount",
    "audio_tokens",
    "chat_tokens",
    "content_of",
    "contents",
    "count_content",
    "count_text",
    "count_texts",
    "count_total",
    "factor",
    "image_tokens",
    "message_texts",
    "overheads",
    "page_tokens",
    "read_content",
    "read_text",
    "text_of",
    "tools_tokens",
    "uncounted_parts",
    "video_tokens",
]
