-- What is or was wrong: one row from its opening to its end, a new one if it comes again. `subject`: a PBX, `PBX/DN`, or
-- an episode. `ending`: `over`, or `not_watched` where nobody waits for the end any longer (switched off, left the
-- config, too old). `clear_since`: it looks mended, and must stay so. `mailed_at`, `closed_mailed_at`: the first mail.
-- `evidence`, `closing`: the figures at the opening and at the end; no caller's number is among them.
CREATE TABLE alerts (
    alert_id VARCHAR, account_id VARCHAR, pbx_id VARCHAR, kind VARCHAR, subject VARCHAR, opened_at TIMESTAMPTZ,
    clear_since TIMESTAMPTZ, closed_at TIMESTAMPTZ, ending VARCHAR, mailed_at TIMESTAMPTZ,
    closed_mailed_at TIMESTAMPTZ, evidence JSON, closing JSON
);
-- Who is told of what (`event`: `opened`, `closed`) in which mail; `scope`: the agency's id, or that of the account whose
-- own readers are told. Written before the mail is sent: one whose `sent_at` is null goes again as the same mail.
CREATE TABLE alert_mails (
    message_id VARCHAR, scope VARCHAR, recipient VARCHAR, alert_id VARCHAR, event VARCHAR, made_at TIMESTAMPTZ,
    sent_at TIMESTAMPTZ
);
