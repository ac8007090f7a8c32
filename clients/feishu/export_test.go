package feishu

// Names for tests of what has no way in from outside.
var (
	Classify       = classify
	Sign           = sign
	KindOf         = kindOf
	RateLimitReset = rateLimitReset
)
