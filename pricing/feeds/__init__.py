"""Feeds of prices and exchange rates: one pure adapter a feed, from the bytes it publishes to quotes in our terms.

An adapter takes its feed at its word. What a feed cannot express stands at the top of its module, and `expresses`
answers for a single rule, so that silence is not read as a change. A payload with anything in it that cannot be a
price or a rate is refused whole, with FeedRefused: a feed that is wrong in one place is not to be trusted in the next.
"""

from pricing.feeds import ecb, genai, litellm, llm_prices, models_dev, openrouter
from pricing.feeds.genai import packaged
from pricing.feeds.values import Feed, FeedRefused, Listing, Quote, Reading

__all__ = ["FEEDS", "Feed", "FeedRefused", "Listing", "Quote", "Reading", "packaged"]

FEEDS: dict[str, Feed] = {
    feed.id: feed
    for feed in (
        Feed("genai-prices", "genai-prices", genai.URL, "genai-prices", genai.adapt, genai.expresses),
        Feed("litellm", "LiteLLM", litellm.URL, "litellm", litellm.adapt, litellm.expresses),
        Feed("models-dev", "models.dev", models_dev.URL, "models-dev", models_dev.adapt, models_dev.expresses),
        Feed("openrouter", "OpenRouter", openrouter.URL, "openrouter", openrouter.adapt, openrouter.expresses),
        Feed("llm-prices", "llm-prices", llm_prices.URL, "llm-prices", llm_prices.adapt, llm_prices.expresses),
        Feed("ecb", "European Central Bank", ecb.URL, "ecb", ecb.adapt, ecb.expresses),
    )
}
