"""Settings of the gates, the account's caps and how orders are worked."""

from typing import Annotated, ClassVar

from msgspec import Meta

from daemon.settings.base import Section


class Gates(Section, frozen=True, kw_only=True):
    """Limits on what one condor's layers may cost together."""

    debit_spx_share_max: Annotated[float, Meta(gt=0, le=1), "Debit per unit over SPX."] = 0.015
    debit_credit_share_max: Annotated[float, Meta(gt=0, le=10), "Debit over the condor's credit."] = 0.50


class Caps(Section, frozen=True, kw_only=True):
    """Limits of the whole account."""

    layers_open_max: Annotated[int, Meta(ge=0, le=1000), "Layers open or working at a time."] = 12
    contracts_per_layer_max: Annotated[int, Meta(ge=1, le=10_000), "Contracts of one layer."] = 50
    premium_day_share_max: Annotated[float, Meta(gt=0, le=1), "Premium paid a day over net liquidation."] = (
        0.02
    )
    premium_total_share_max: Annotated[float, Meta(gt=0, le=1), "All open debits over net liquidation."] = (
        0.10
    )
    orders_per_minute_max: Annotated[int, Meta(ge=1, le=600), "Orders sent in any minute."] = 10
    orders_per_day_max: Annotated[int, Meta(ge=1, le=100_000), "Orders sent in a session."] = 60

    order: ClassVar = (
        ("premium_day_share_max", "premium_total_share_max"),
        ("orders_per_minute_max", "orders_per_day_max"),
    )


class Halts(Section, frozen=True, kw_only=True):
    """When trading halts by itself until a person says `hedged resume`; 0 switches a halt off."""

    loss_day_share_max: Annotated[
        float, Meta(ge=0, le=1), "Fall of net liquidation since the day before, over it."
    ] = 0.05
    unknown_orders_max: Annotated[
        int, Meta(ge=0, le=1000), "Orders within a day whose fate the broker did not tell."
    ] = 5
    clock_step_max_s: Annotated[
        float, Meta(ge=0, le=86_400), "A jump of the system clock, a machine's sleep included."
    ] = 60
    disk_free_mib_min: Annotated[
        int, Meta(ge=0, le=1_048_576), "Room on the disks of state_dir and of the audit files."
    ] = 256


class Orders(Section, frozen=True, kw_only=True):
    """How an intended order is priced, worked and given up."""

    cross_share: Annotated[float, Meta(ge=0, le=1), "Limit price: 0 is mid, 1 the far side."] = 1.0
    working_timeout_s: Annotated[float, Meta(gt=0, le=23_400), "Unfilled after this long: cancelled."] = 300
    transmit_within_s: Annotated[
        float, Meta(gt=0, le=60), "A decision older than this at the write is not sent."
    ] = 5
    attempts_per_plan_max: Annotated[
        int, Meta(ge=1, le=20), "Orders, one after another, for one decision."
    ] = 3
    ack_timeout_s: Annotated[
        float, Meta(gt=0, le=600), "No word from the broker after this long: unknown."
    ] = 30
    selection_timeout_s: Annotated[
        float, Meta(gt=0, le=23_400), "A contract not chosen after this long: the plan lapses."
    ] = 1800
