"""What nobody foresaw: told to the person in a sentence, and to the log without anything that is theirs."""

import logging
import traceback

import streamlit as st

_SAID = (
    "This page met a fault of its own. What you saved is safe: load the page anew, and tell who runs it what you did."
)


class WithoutMessages(logging.Filter):
    """Leaves kind and place of an exception in the log, and not its message, which may repeat what somebody typed."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and record.exc_info[0]:
            kind, _, place = record.exc_info
            record.msg = f"{record.getMessage()}: {kind.__name__}\n{''.join(traceback.format_tb(place))}"
            record.args, record.exc_info, record.exc_text = (), None, None
        return True


def keep_messages_out_of_the_log() -> None:
    logging.getLogger("streamlit.error_util").addFilter(WithoutMessages())


def tell(_: Exception) -> bool:
    """In place of Streamlit's own words."""
    st.error(_SAID)
    return True
