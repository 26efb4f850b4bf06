-- The latest receipts and the receipts per minute, without reading every payload. Grows at its right edge only.
CREATE INDEX envelope_received ON envelope (received_at, id);
