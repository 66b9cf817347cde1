-- What the application may do. Run by the owner after every `migrate`; can be run again at any time.
-- Triggers refuse the same things. This is the second lock: who holds the application's password cannot remove them.
BEGIN;

GRANT USAGE ON SCHEMA public TO birge_app;
REVOKE CREATE ON SCHEMA public FROM PUBLIC, birge_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO birge_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO birge_app;

-- Written once, never changed: entries, their postings and accounts, the public log, and who did what and when.
REVOKE UPDATE, DELETE ON
    ledger_account, ledger_entry, ledger_posting,
    ledger_logleaf, ledger_lognode, ledger_logkey, ledger_checkpoint, ledger_cosignature, ledger_statementline,
    audit_auditrecord, cash_cashceiling, cash_cashpart, organisations_termsagreement, pledges_pledgetransition,
    pools_ballot, pools_proposalstep, releases_signature, works_transition,
    screening_blocklist, screening_blockedname, screening_blockedword, screening_screeningrecord,
    screening_screeningdecision, transfers_transferstep,
    reconciliation_reconciliation, reconciliation_differencestep, reconciliation_explainedshare, watch_flagstep
FROM birge_app;

-- A balance moves on with its postings; a command gets its result; what opens a donor's commitment may be erased.
REVOKE UPDATE, DELETE ON ledger_balance, ledger_command FROM birge_app;
GRANT UPDATE (amount, version) ON ledger_balance TO birge_app;
GRANT UPDATE (result_ref) ON ledger_command TO birge_app;
REVOKE UPDATE ON ledger_donoropening FROM birge_app;

-- A rate stays as it came; what a person decided about it is added.
REVOKE UPDATE, DELETE ON rates_rate FROM birge_app;
GRANT UPDATE (status, decided_by_id, decided_at, reason, factor_method) ON rates_rate TO birge_app;

-- What a bank said stays as it came; what it is in our books is added, and words about people may be blanked.
REVOKE UPDATE, DELETE ON banking_statementfile, banking_bankline FROM birge_app;
GRANT UPDATE (
    status, expected_ref, payment_ref, explained_at, taken, aside_reason, aside_by_id, aside_agreed_by_id,
    text, other_name, other_account
) ON banking_bankline TO birge_app;

-- A receipt for cash keeps its number for ever; noted is only that somebody was told.
REVOKE UPDATE, DELETE ON cash_cashreceipt FROM birge_app;
GRANT UPDATE (told_waiting_on, told_old_on) ON cash_cashreceipt TO birge_app;
-- An exchange stays as it was written down; what another officer decided is added.
REVOKE UPDATE, DELETE ON exchange_exchange FROM birge_app;
GRANT UPDATE (status, decided_by_id, decided_at, factor_method, refused_reason, entry_id) ON exchange_exchange
TO birge_app;
-- A division of money stays as it was written; how far each part has come is added.
REVOKE UPDATE, DELETE ON returns_refundpart FROM birge_app;
GRANT UPDATE (status, asked_at, answered_at, attempts, error, done_at) ON returns_refundpart TO birge_app;

-- What Stripe told us stays as it came; what came of it is added.
REVOKE UPDATE, DELETE ON payments_stripeevent FROM birge_app;
GRANT UPDATE (processed_at, outcome) ON payments_stripeevent TO birge_app;

-- An entry waits until it stands in the log, then its row goes. The log has one head, and that only moves on.
REVOKE UPDATE ON ledger_outbox FROM birge_app;
REVOKE INSERT, UPDATE, DELETE ON ledger_loghead FROM birge_app;
GRANT UPDATE (size, frontier) ON ledger_loghead TO birge_app;

-- Which migrations ran is the owner's business.
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM birge_app;

COMMIT;
