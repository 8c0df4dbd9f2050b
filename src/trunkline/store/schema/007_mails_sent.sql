-- Which report was mailed to whom: one row per Message-ID and recipient. It is written before the mail server is asked
-- (`begun_at`) and again when the server took it (`sent_at`); `refused`: its answer, where it never will. `as_of`: how
-- far the data reached. `figures`: those that the mail showed, and what they were judged by.
CREATE TABLE mails_sent (
    message_id VARCHAR, recipient VARCHAR, scope VARCHAR, period VARCHAR, since TIMESTAMPTZ, until TIMESTAMPTZ,
    version VARCHAR, begun_at TIMESTAMPTZ, sent_at TIMESTAMPTZ, refused VARCHAR, as_of TIMESTAMPTZ, figures JSON
);
