-- The calls in which those of the excerpt go on.
SELECT c.* FROM calls AS c SEMI JOIN going_on USING (call_id)
