"""A simulated market: prices are a pure function of a seed and the time, so history joins the live price seamlessly."""

from marketdata.gateways.simulator.feed import SimulatorFeed

__all__ = ["SimulatorFeed"]
