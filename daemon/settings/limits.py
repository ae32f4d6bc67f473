"""Settings of the gates, the account's caps and how orders are worked."""

from typing import ClassVar

from pydantic import Field

from daemon.settings.base import Section


class Gates(Section):
    """Limits on what one condor's layers may cost together."""

    debit_spx_share_max: float = Field(default=0.015, gt=0, le=1, description="Debit per unit over SPX.")
    debit_credit_share_max: float = Field(
        default=0.50, gt=0, le=10, description="Debit over the condor's credit."
    )


class Caps(Section):
    """Limits of the whole account."""

    layers_open_max: int = Field(default=12, ge=0, le=1000, description="Layers open or working at a time.")
    contracts_per_layer_max: int = Field(default=50, ge=1, le=10_000, description="Contracts of one layer.")
    premium_day_share_max: float = Field(
        default=0.02, gt=0, le=1, description="Premium paid a day over net liquidation."
    )
    premium_total_share_max: float = Field(
        default=0.10, gt=0, le=1, description="All open debits over net liquidation."
    )
    orders_per_minute_max: int = Field(default=10, ge=1, le=600, description="Orders sent in any minute.")
    orders_per_day_max: int = Field(default=60, ge=1, le=100_000, description="Orders sent in a session.")

    order: ClassVar = (
        ("premium_day_share_max", "premium_total_share_max"),
        ("orders_per_minute_max", "orders_per_day_max"),
    )


class Halts(Section):
    """When trading halts by itself until a person says `hedged resume`; 0 switches a halt off."""

    loss_day_share_max: float = Field(
        default=0.05, ge=0, le=1, description="Fall of net liquidation since the day before, over it."
    )
    unknown_orders_max: int = Field(
        default=5, ge=0, le=1000, description="Orders within a day whose fate the broker did not tell."
    )
    clock_step_max_s: float = Field(
        default=60, ge=0, le=86_400, description="A jump of the system clock, a machine's sleep included."
    )
    disk_free_mib_min: int = Field(
        default=256, ge=0, le=1_048_576, description="Room on the disks of state_dir and of the audit files."
    )


class Orders(Section):
    """How an intended order is priced, worked and given up."""

    cross_share: float = Field(default=1.0, ge=0, le=1, description="Limit price: 0 is mid, 1 the far side.")
    working_timeout_s: float = Field(
        default=300, gt=0, le=23_400, description="Unfilled after this long: cancelled."
    )
    transmit_within_s: float = Field(
        default=5, gt=0, le=60, description="A decision older than this at the write is not sent."
    )
    attempts_per_plan_max: int = Field(
        default=3, ge=1, le=20, description="Orders, one after another, for one decision."
    )
    ack_timeout_s: float = Field(
        default=30, gt=0, le=600, description="No word from the broker after this long: unknown."
    )
    selection_timeout_s: float = Field(
        default=1800, gt=0, le=23_400, description="A contract not chosen after this long: the plan lapses."
    )
