"""The counters of this process in Prometheus form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from media.room.registry import Registry

_REASON_COUNTERS = {
    "participants_joined": "Sessions begun.",
    "participants_left": "Sessions ended, by reason.",
    "rooms_created": "Rooms made.",
    "tracks_published": "Tracks published, by kind.",
    "tracks_refused": "Tracks refused, by reason.",
    "subscriptions_refused": "Copies of tracks that could not be made, by reason.",
    "signal_messages": "Signalling messages, by the client's message or `out`.",
    "joins_refused": "Clients not let in, by reason.",
    "clients_closed": "Clients closed by us, by reason.",
    "data_packets_forwarded": "Copies of data packets sent.",
    "data_packets_dropped": "Data packets not sent, by reason.",
    "admin_calls": "RoomService calls, by method and result.",
}
_TRAFFIC = {
    "packets_in": "Datagrams received.",
    "bytes_in": "Bytes received.",
    "packets_out": "Datagrams sent.",
    "bytes_out": "Bytes sent.",
}
_DROP = "drop_"


class RoomCollector(Collector):
    """Reads the registry's totals, and by `traffic` the socket's, when somebody asks."""

    def __init__(self, registry: Registry, traffic: Callable[[], Mapping[str, int]]) -> None:
        self._registry = registry
        self._traffic = traffic

    def collect(self) -> Iterable[Metric]:
        """One family for each total."""
        yield from self._gauges()
        yield from self._room_counters()
        yield from self._traffic_counters()

    def _gauges(self) -> Iterator[Metric]:
        rooms = list(self._registry.rooms.values())
        members = [member for room in rooms for member in room.members.values()]
        tracks = sum(len(member.publications.live) for member in members)
        yield GaugeMetricFamily("parley_media_rooms", "Rooms open.", len(rooms))
        yield GaugeMetricFamily("parley_media_participants", "Participants in all rooms.", len(members))
        yield GaugeMetricFamily("parley_media_tracks", "Tracks published now.", tracks)

    def _room_counters(self) -> Iterator[Metric]:
        for name, text in _REASON_COUNTERS.items():
            family = CounterMetricFamily(f"parley_media_{name}", text, labels=["reason"])
            for (counted, reason), total in self._registry.counters.totals.items():
                if counted == name:
                    family.add_metric([reason], total)
            yield family

    def _traffic_counters(self) -> Iterator[Metric]:
        traffic = self._traffic()
        for name, text in _TRAFFIC.items():
            yield CounterMetricFamily(f"parley_media_{name}", text, traffic.get(name, 0))
        drops = CounterMetricFamily("parley_media_drops", "Datagrams refused, by reason.", labels=["reason"])
        for name, total in traffic.items():
            if name.startswith(_DROP):
                drops.add_metric([name.removeprefix(_DROP)], total)
        yield drops


class Metrics:
    """The page `/metrics`."""

    def __init__(self, registry: Registry, traffic: Callable[[], Mapping[str, int]]) -> None:
        self._collectors = CollectorRegistry()
        self._collectors.register(RoomCollector(registry, traffic))

    def render(self) -> bytes:
        """The text format, version 0.0.4."""
        return generate_latest(self._collectors)
