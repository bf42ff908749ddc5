"""Where prices come from, how they travel, and how old they may be."""

from django.core.exceptions import ImproperlyConfigured

from forexpro.environment import env

FEED = env.str("FEED", default="simulator")
# The same seed shows the same simulated market at the same time, on every machine.
SIMULATOR_SEED = env.number("SIMULATOR_SEED", 1, least=0)
SIMULATOR_TICKS_PER_SECOND = env.float("SIMULATOR_TICKS_PER_SECOND", default=1.0)
SIMULATOR_MARKET_HOURS = env.str("SIMULATOR_MARKET_HOURS", default="always")
# 1 is real speed, 10 ten times as fast, 0 as fast as it goes.
REPLAY_SPEED = env.float("REPLAY_SPEED", default=1.0)
TWELVEDATA_API_KEY = env.str("TWELVEDATA_API_KEY", default="")
TWELVEDATA_WS_URL = env.service_url("TWELVEDATA_WS_URL", "wss://ws.twelvedata.com/v1/quotes/price", "wss", "ws")
TWELVEDATA_REST_URL = env.service_url("TWELVEDATA_REST_URL", "https://api.twelvedata.com", "https", "http")
MD_WS_SYMBOLS_MAX = env.number("MD_WS_SYMBOLS_MAX", 500)
# How many ticks Redis keeps for the engine to catch up on; half of it is how far behind a consumer may be.
TICK_STREAM_LENGTH = env.number("TICK_STREAM_LENGTH", 500_000)
# How often sockets get the prices that changed.
PRICE_FLUSH_MS = env.number("PRICE_FLUSH_MS", 150, most=10_000)
WIDGET_SYMBOLS = env.list(
    "WIDGET_SYMBOLS", default=["EURUSD", "GBPUSD", "USDJPY", "USDCHF", "AUDUSD", "USDCAD", "XAUUSD", "BTCUSD"]
)
# Sites that may show widgets in frames.
WIDGET_SITES = env.list("WIDGET_SITES", default=[])
MARKET_DATA_PUBLIC = env.bool("MARKET_DATA_PUBLIC", default=True)
# Older quotes than this many seconds since their receipt fill no order.
QUOTE_MAX_AGE_SECONDS = env.number("QUOTE_MAX_AGE_SECONDS", 15)
# What ticks older than this trigger, because the engine was out, fills at the first fresh quote instead of theirs.
ENGINE_OUTAGE_SECONDS = env.number("ENGINE_OUTAGE_SECONDS", 30, least=0)
# Simulated and replayed markets trade whenever their prices come, also when the markets of the world are shut.
TRADING_HOURS_APPLY = SIMULATOR_MARKET_HOURS == "real" if FEED == "simulator" else not FEED.startswith("replay:")

if FEED.split(":", 1)[0] not in {"simulator", "replay", "twelvedata"}:
    raise ImproperlyConfigured(f"FEED={FEED!r} is not a feed. Set FEED to simulator, replay:<file> or twelvedata.")
if SIMULATOR_MARKET_HOURS not in {"always", "real"}:
    raise ImproperlyConfigured(f"SIMULATOR_MARKET_HOURS={SIMULATOR_MARKET_HOURS!r}: set it to always or real.")
if not 0 < SIMULATOR_TICKS_PER_SECOND <= 1000:
    raise ImproperlyConfigured("SIMULATOR_TICKS_PER_SECOND is above 0 and at most 1000 (ticks per symbol).")
if not 0 <= REPLAY_SPEED <= 1_000_000:
    raise ImproperlyConfigured("REPLAY_SPEED is how many times real speed a replay runs, 0 for as fast as it goes.")
if FEED == "twelvedata" and not TWELVEDATA_API_KEY:
    raise ImproperlyConfigured("FEED=twelvedata needs TWELVEDATA_API_KEY, the key of your Twelve Data account.")
if FEED.split(":", 1)[0] == "replay" and not FEED.partition(":")[2].strip():
    raise ImproperlyConfigured("FEED=replay:<file> names the file of ticks to replay.")
