-- The calls that go on in those of the excerpt.
SELECT c.* FROM calls AS c SEMI JOIN held ON held.call_id = c.continued_by WHERE c.continued_by IS NOT NULL
