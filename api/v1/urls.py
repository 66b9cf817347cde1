"""Addresses of version 1."""

from django.urls import include, path, register_converter

from api.converters import PledgeTokenConverter, PublicIdConverter

from .cards import deciding as card_decisions
from .cards import views as cards
from .cash import views as cash
from .corrections import views as corrections
from .differences import views as differences
from .documents import views as documents
from .entries import views as entries
from .exchanges import views as exchanges
from .expenses import views as expenses
from .flags import views as flags
from .identifications import views as identifications
from .me import views as me
from .organisations import joining, terms
from .organisations import views as organisations
from .payments import views as payments
from .places import views as places
from .pledges import desk, links, monthly, saved_cards
from .pledges import views as pledges
from .pool_gifts import views as pool_gifts
from .pools import cash as pool_cash
from .pools import giving, standing, standing_cards
from .pools import statements as pool_statements
from .pools import views as pools
from .projects import deciding, steps
from .projects import views as projects
from .proposals import views as proposals
from .questions import views as questions
from .rates import views as rates
from .refunds import views as refunds
from .releases import views as releases
from .rules import views as rules
from .screening import views as screening
from .signatories import views as signatories
from .transfers import views as transfers
from .updates import views as updates

register_converter(PublicIdConverter, "pid")
register_converter(PledgeTokenConverter, "pledge_token")

urlpatterns = [
    path("me/", me.MeView.as_view()),
    path("places/", places.PlaceListView.as_view()),
    path("places/<pid:public_id>/", places.PlaceDetailView.as_view()),
    path("organisations/", organisations.OrganisationListView.as_view()),
    path("organisations/<pid:public_id>/", organisations.OrganisationDetailView.as_view()),
    path("organisations/<pid:public_id>/explained/", differences.ExplainedView.as_view()),
    path("organisations/<pid:public_id>/signatories/", signatories.SignatoryListView.as_view()),
    path("organisations/<pid:public_id>/join/", joining.JoinView.as_view()),
    path("organisations/<pid:public_id>/joins/", joining.JoinListView.as_view()),
    path("organisations/<pid:public_id>/joins/<pid:join_id>/approve/", joining.JoinApproveView.as_view()),
    path("organisations/<pid:public_id>/joins/<pid:join_id>/refuse/", joining.JoinRefuseView.as_view()),
    path("organisations/<pid:public_id>/joins/<pid:join_id>/withdraw/", joining.JoinWithdrawView.as_view()),
    path("organisations/<pid:public_id>/cash-ceiling/", cash.CeilingView.as_view()),
    path("organisations/<pid:public_id>/terms/", terms.TermsListView.as_view()),
    path("organisations/<pid:public_id>/terms/<int:version>/approve/", terms.TermsApproveView.as_view()),
    path("organisations/<pid:public_id>/terms/<int:version>/refuse/", terms.TermsRefuseView.as_view()),
    path("organisations/<pid:public_id>/exchange/", exchanges.StandingView.as_view()),
    path("exchanges/", exchanges.ExchangeListView.as_view()),
    path("exchanges/<pid:public_id>/", exchanges.ExchangeView.as_view()),
    path("exchanges/<pid:public_id>/book/", exchanges.ExchangeBookView.as_view()),
    path("exchanges/<pid:public_id>/refuse/", exchanges.ExchangeRefuseView.as_view()),
    path("projects/", projects.ProjectListView.as_view()),
    path("projects/<pid:public_id>/", projects.ProjectDetailView.as_view()),
    path("projects/<pid:public_id>/plan/", projects.ProjectPlanView.as_view()),
    path("projects/<pid:public_id>/budget-lines/<int:position>/quote/", projects.ProjectQuoteView.as_view()),
    path("projects/<pid:public_id>/submit/", steps.SubmitView.as_view()),
    path("projects/<pid:public_id>/return/", steps.ReturnView.as_view()),
    path("projects/<pid:public_id>/adopt/", steps.AdoptView.as_view()),
    path("projects/<pid:public_id>/decline/", steps.DeclineView.as_view()),
    path("projects/<pid:public_id>/open/", steps.OpenView.as_view()),
    path("projects/<pid:public_id>/start/", steps.StartView.as_view()),
    path("projects/<pid:public_id>/complete/", steps.CompleteView.as_view()),
    path("projects/<pid:public_id>/close/", steps.CloseView.as_view()),
    path("projects/<pid:public_id>/suspend/", steps.SuspendView.as_view()),
    path("projects/<pid:public_id>/resume/", steps.ResumeView.as_view()),
    path("projects/<pid:public_id>/extend/", deciding.ExtendView.as_view()),
    path("projects/<pid:public_id>/cancel/", steps.CancelView.as_view()),
    path("projects/<pid:public_id>/milestones/<int:position>/report/", steps.MilestoneReportView.as_view()),
    path("projects/<pid:public_id>/milestones/<int:position>/accept/", steps.MilestoneAcceptView.as_view()),
    path("pledges/", pledges.PledgeListView.as_view()),
    path("monthly-pledges/", monthly.MonthlyListView.as_view()),
    path("monthly-pledges/<pledge_token:token>/", monthly.MonthlyView.as_view()),
    path("monthly-pledges/<pledge_token:token>/start/", monthly.MonthlyStartView.as_view()),
    path("monthly-pledges/<pledge_token:token>/pause/", monthly.MonthlyPauseView.as_view()),
    path("monthly-pledges/<pledge_token:token>/resume/", monthly.MonthlyResumeView.as_view()),
    path("monthly-pledges/<pledge_token:token>/change/", monthly.MonthlyChangeView.as_view()),
    path("monthly-pledges/<pledge_token:token>/end/", monthly.MonthlyEndView.as_view()),
    path("monthly-pledges/<pledge_token:token>/card/", monthly.MonthlyCardView.as_view()),
    path("monthly-pledges/<pledge_token:token>/card/stop/", monthly.MonthlyCardStopView.as_view()),
    path("pledges/held/", desk.HeldPledgeListView.as_view()),
    path("pledges/held/<pid:public_id>/", desk.HeldPledgeView.as_view()),
    path("pledges/held/<pid:public_id>/call-back/", desk.PledgeCallBackView.as_view()),
    path("pledges/held/<pid:public_id>/withdraw/", desk.HeldPledgeWithdrawView.as_view()),
    path("pledges/<pledge_token:token>/", links.PledgeView.as_view()),
    path("pledges/<pledge_token:token>/confirm/", links.PledgeConfirmView.as_view()),
    path("pledges/<pledge_token:token>/resend/", links.PledgeResendView.as_view()),
    path("pledges/<pledge_token:token>/withdraw/", links.PledgeWithdrawView.as_view()),
    path("pledges/<pledge_token:token>/object/", links.PledgeObjectView.as_view()),
    path("pledges/<pledge_token:token>/prolong/", links.PledgeProlongView.as_view()),
    path("pledges/<pledge_token:token>/credit/", links.PledgeCreditView.as_view()),
    path("pledges/<pledge_token:token>/card/", saved_cards.CardSaveView.as_view()),
    path("pledges/<pledge_token:token>/card/stop/", saved_cards.CardStopView.as_view()),
    path("pledges/<pledge_token:token>/forget/", links.PledgeForgetView.as_view()),
    path(
        "pledges/<pledge_token:token>/payments/<pid:public_id>/confirm/",
        links.PayerConfirmView.as_view(),
    ),
    path(
        "pledges/<pledge_token:token>/payments/<pid:public_id>/refuse/",
        links.PayerRefuseView.as_view(),
    ),
    path("pools/", pools.PoolListView.as_view()),
    path("pools/<pid:public_id>/", pools.PoolView.as_view()),
    path("pools/<pid:public_id>/close/", pools.PoolCloseView.as_view()),
    path("pools/<pid:public_id>/statements/<str:month>/", pool_statements.StatementView.as_view()),
    path("pools/<pid:public_id>/gifts/", giving.PoolGiftListView.as_view()),
    path("pools/<pid:public_id>/gifts/<pid:gift_id>/payments/", giving.PoolGiftPaymentView.as_view()),
    path("pools/<pid:public_id>/standing/", standing.StandingStartView.as_view()),
    path("pools/<pid:public_id>/cash/", pool_cash.CashListView.as_view()),
    path("pools/<pid:public_id>/cash/book/", cash.CashBookView.as_view()),
    path("pools/<pid:public_id>/cash/bank/", pool_cash.CashBankView.as_view()),
    path("pools/<pid:public_id>/cash/<pid:payment_id>/confirm/", pool_cash.CashConfirmView.as_view()),
    path("pools/<pid:public_id>/cash/<pid:payment_id>/code/", pool_cash.CashCodeView.as_view()),
    path("pools/<pid:public_id>/cash/<pid:payment_id>/refuse/", pool_cash.CashRefuseView.as_view()),
    path("cash/receipts/<pid:public_id>/", cash.ReceiptView.as_view()),
    path("cash/bankings/", cash.BankingListView.as_view()),
    path("cash/bankings/link/", cash.BankingLinkView.as_view()),
    path("cash/bankings/<pid:public_id>/", cash.BankingView.as_view()),
    path("cash/bankings/<pid:public_id>/confirm/", cash.BankingConfirmView.as_view()),
    path("cash/bankings/<pid:public_id>/refuse/", cash.BankingRefuseView.as_view()),
    path("cash/bankings/<pid:public_id>/take-back/", cash.TakeBackAskView.as_view()),
    path("cash/take-backs/<pid:public_id>/approve/", cash.TakeBackApproveView.as_view()),
    path("cash/take-backs/<pid:public_id>/refuse/", cash.TakeBackRefuseView.as_view()),
    path("pools/<pid:public_id>/proposals/", proposals.ProposalListView.as_view()),
    path("pool-gifts/", pool_gifts.MyPoolGiftListView.as_view()),
    path("pool-gifts/<pledge_token:token>/", pool_gifts.PoolGiftView.as_view()),
    path("pool-gifts/<pledge_token:token>/withdraw/", pool_gifts.PoolGiftWithdrawView.as_view()),
    path("pool-gifts/<pledge_token:token>/credit/", pool_gifts.PoolGiftCreditView.as_view()),
    path("pool-gifts/<pledge_token:token>/forget/", pool_gifts.PoolGiftForgetView.as_view()),
    path(
        "pool-gifts/<pledge_token:token>/payments/<pid:payment_id>/confirm/",
        pool_gifts.GiverConfirmView.as_view(),
    ),
    path(
        "pool-gifts/<pledge_token:token>/payments/<pid:payment_id>/refuse/",
        pool_gifts.GiverRefuseView.as_view(),
    ),
    path("standing/<pid:standing_id>/pause/", standing.StandingPauseView.as_view()),
    path("standing/<pid:standing_id>/resume/", standing.StandingResumeView.as_view()),
    path("standing/<pid:standing_id>/change/", standing.StandingChangeView.as_view()),
    path("standing/<pid:standing_id>/card/", standing_cards.StandingCardView.as_view()),
    path("standing/<pid:standing_id>/card/stop/", standing_cards.StandingCardStopView.as_view()),
    path("standing/<pid:standing_id>/end/", standing.StandingEndView.as_view()),
    path("proposals/", proposals.WaitingProposalListView.as_view()),
    path("proposals/<pid:public_id>/", proposals.ProposalView.as_view()),
    path("proposals/<pid:public_id>/yes/", proposals.ProposalYesView.as_view()),
    path("proposals/<pid:public_id>/no/", proposals.ProposalNoView.as_view()),
    path("proposals/<pid:public_id>/withdraw/", proposals.ProposalWithdrawView.as_view()),
    path("proposals/<pid:public_id>/book/", proposals.ProposalBookView.as_view()),
    path("", include("api.v1.banking.urls")),
    path("payments/", payments.PaymentListView.as_view()),
    path("payments/<pid:public_id>/", payments.PaymentView.as_view()),
    path("payments/<pid:public_id>/confirm/", payments.PaymentConfirmView.as_view()),
    path("payments/<pid:public_id>/refuse/", payments.PaymentRefuseView.as_view()),
    path("identifications/", identifications.IdentificationListView.as_view()),
    path("identifications/<pid:public_id>/", identifications.IdentificationView.as_view()),
    path("identifications/<pid:public_id>/approve/", identifications.IdentificationApproveView.as_view()),
    path("identifications/<pid:public_id>/refuse/", identifications.IdentificationRefuseView.as_view()),
    path("corrections/", corrections.CorrectionListView.as_view()),
    path("corrections/<pid:public_id>/", corrections.CorrectionView.as_view()),
    path("corrections/<pid:public_id>/approve/", corrections.CorrectionApproveView.as_view()),
    path("corrections/<pid:public_id>/refuse/", corrections.CorrectionRefuseView.as_view()),
    path("disputes/", cards.DisputeListView.as_view()),
    path("card-refunds/", cards.CardRefundListView.as_view()),
    path("card-refunds/<pid:public_id>/agree/", cards.CardRefundAgreeView.as_view()),
    path("card-refunds/<pid:public_id>/refuse/", cards.CardRefundRefuseView.as_view()),
    path("payouts/", cards.PayoutListView.as_view()),
    path("payouts/<pid:public_id>/tie/", cards.PayoutTieView.as_view()),
    path("reserve/", card_decisions.ReserveListView.as_view()),
    path("reserve/<pid:public_id>/agree/", card_decisions.ReserveAgreeView.as_view()),
    path("reserve/<pid:public_id>/refuse/", card_decisions.ReserveRefuseView.as_view()),
    path("odd/", card_decisions.OddListView.as_view()),
    path("odd/<pid:public_id>/explain/", card_decisions.OddExplainView.as_view()),
    path("odd/<pid:public_id>/agree/", card_decisions.OddAgreeView.as_view()),
    path("", include("api.v1.returns.urls")),
    path("refunds/", refunds.RefundListView.as_view()),
    path("refunds/<pid:public_id>/", refunds.RefundView.as_view()),
    path("refunds/<pid:public_id>/send/", refunds.RefundSendView.as_view()),
    path("refunds/<pid:public_id>/confirm/", refunds.RefundConfirmView.as_view()),
    path("refunds/<pid:public_id>/not-sent/", refunds.RefundNotSentView.as_view()),
    path("transfers/", transfers.TransferListView.as_view()),
    path("transfers/<pid:public_id>/", transfers.TransferView.as_view()),
    path("transfers/<pid:public_id>/prepare/", transfers.TransferPrepareView.as_view()),
    path("transfers/<pid:public_id>/approve/", transfers.TransferApproveView.as_view()),
    path("transfers/<pid:public_id>/send/", transfers.TransferSendView.as_view()),
    path("transfers/<pid:public_id>/receive/", transfers.TransferReceiveView.as_view()),
    path("transfers/<pid:public_id>/refuse/", transfers.TransferRefuseView.as_view()),
    path("transfers/<pid:public_id>/close/", transfers.TransferCloseView.as_view()),
    path("transfers/<pid:public_id>/close/confirm/", transfers.TransferCloseConfirmView.as_view()),
    path("transfers/<pid:public_id>/close/refuse/", transfers.TransferCloseRefuseView.as_view()),
    path("block-lists/", screening.BlockListListView.as_view()),
    path("screenings/", screening.ScreeningListView.as_view()),
    path("screenings/<pid:public_id>/", screening.ScreeningView.as_view()),
    path("screenings/<pid:public_id>/decide/", screening.ScreeningDecideView.as_view()),
    path("reconciliations/", differences.ReconciliationListView.as_view()),
    path("differences/", differences.DifferenceListView.as_view()),
    path("differences/<pid:public_id>/", differences.DifferenceView.as_view()),
    path("differences/<pid:public_id>/take/", differences.DifferenceTakeView.as_view()),
    path("differences/<pid:public_id>/note/", differences.DifferenceNoteView.as_view()),
    path("differences/<pid:public_id>/explain/", differences.DifferenceExplainView.as_view()),
    path("differences/<pid:public_id>/agree/", differences.DifferenceAgreeView.as_view()),
    path("flags/", flags.FlagListView.as_view()),
    path("flags/<pid:public_id>/", flags.FlagView.as_view()),
    path("flags/<pid:public_id>/decide/", flags.FlagDecideView.as_view()),
    path("flags/<pid:public_id>/agree/", flags.FlagAgreeView.as_view()),
    path("flags/<pid:public_id>/disagree/", flags.FlagDisagreeView.as_view()),
    path("signatory-changes/", signatories.SignatoryChangeListView.as_view()),
    path("signatory-changes/<pid:public_id>/", signatories.SignatoryChangeView.as_view()),
    path("signatory-changes/<pid:public_id>/approve/", signatories.SignatoryChangeApproveView.as_view()),
    path("signatory-changes/<pid:public_id>/refuse/", signatories.SignatoryChangeRefuseView.as_view()),
    path("releases/", releases.ReleaseListView.as_view()),
    path("releases/<pid:public_id>/", releases.ReleaseView.as_view()),
    path("releases/<pid:public_id>/sign/", releases.ReleaseSignView.as_view()),
    path("releases/<pid:public_id>/refuse/", releases.ReleaseRefuseView.as_view()),
    path("releases/<pid:public_id>/pay/", releases.ReleasePayView.as_view()),
    path("rates/", rates.RateListView.as_view()),
    path("rules/", rules.RuleListView.as_view()),
    path("rules/<pid:public_id>/", rules.RuleView.as_view()),
    path("rules/<pid:public_id>/versions/<int:number>/run/", rules.RuleRunView.as_view()),
    path("expenses/", expenses.ExpenseListView.as_view()),
    path("expenses/<pid:public_id>/", expenses.ExpenseView.as_view()),
    path("expenses/<pid:public_id>/accept/", expenses.ExpenseAcceptView.as_view()),
    path("expenses/<pid:public_id>/refuse/", expenses.ExpenseRefuseView.as_view()),
    path("updates/", updates.UpdateListView.as_view()),
    path("updates/<pid:public_id>/", updates.UpdateView.as_view()),
    path("questions/", questions.QuestionListView.as_view()),
    path("questions/<pid:public_id>/answer/", questions.QuestionAnswerView.as_view()),
    path("questions/<pid:public_id>/", questions.QuestionView.as_view()),
    path("questions/<pid:public_id>/hide/", questions.QuestionHideView.as_view()),
    path("documents/", documents.DocumentUploadView.as_view()),
    path("documents/<pid:public_id>/", documents.DocumentView.as_view()),
    path("entries/", entries.EntryListView.as_view()),
    path("entries/<uuid:entry_id>/", entries.EntryView.as_view()),
    path("accounts/", entries.AccountListView.as_view()),
]
