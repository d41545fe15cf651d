"""Which pages there are: a new module of pages is added to this list."""

from console.pages import alert, around, calling, draft, entering, reports, users

ROUTERS = (
    entering.router,
    draft.router,
    calling.router,
    alert.router,
    reports.router,
    users.router,
    around.router,
)
