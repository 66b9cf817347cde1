"""What can be done with a project. Verbs that depend on money are called by `funds.settlement`, with typed facts."""

from .building import milestone_accept, milestone_report, project_close, project_complete, project_start
from .council import project_adopt, project_decline, project_return, project_submit
from .extending import project_extend, project_give_time
from .raising import (
    project_cancel,
    project_expire,
    project_fund,
    project_mark_pledged,
    project_open,
    project_resume,
    project_suspend,
    project_unfund,
    project_unmark_pledged,
)
from .signatories import signatory_change_approve, signatory_change_ask, signatory_change_refuse
from .transitions import project_lock, project_move
from .writing import (
    BudgetLineData,
    MilestoneData,
    ShareData,
    budget_lines_set,
    milestones_set,
    project_create,
    project_edit,
    quote_attach,
    shares_set,
)

__all__ = [
    "BudgetLineData",
    "MilestoneData",
    "ShareData",
    "budget_lines_set",
    "milestone_accept",
    "milestone_report",
    "milestones_set",
    "project_adopt",
    "project_cancel",
    "project_close",
    "project_complete",
    "project_create",
    "project_decline",
    "project_edit",
    "project_expire",
    "project_extend",
    "project_fund",
    "project_give_time",
    "project_lock",
    "project_mark_pledged",
    "project_move",
    "project_open",
    "project_resume",
    "project_return",
    "project_start",
    "project_submit",
    "project_suspend",
    "project_unfund",
    "project_unmark_pledged",
    "quote_attach",
    "shares_set",
    "signatory_change_approve",
    "signatory_change_ask",
    "signatory_change_refuse",
]
