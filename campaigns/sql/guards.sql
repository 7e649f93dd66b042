-- What a segment asked for when it was used is told by its version for ever.
SELECT policies_keep_forever('campaigns_segmentversion');
SELECT policies_keep_forever('campaigns_winbackpolicy');
