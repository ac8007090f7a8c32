package clients

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestScrub(t *testing.T) {
	secrets := []Secret{"", "planted-secret", "planted-secret-and-more"}
	for text, want := range map[string]string{
		"a planted-secret in a text":                           "a [redacted] in a text",
		"the longer one, planted-secret-and-more, goes whole":  "the longer one, [redacted], goes whole",
		"get /x?access_token=abc&b=1":                          "get /x?access_token=[redacted]&b=1",
		`{"suite_ticket":"short"}`:                             `{"suite_ticket":"[redacted]"}`,
		`{"signature": "short"}`:                               `{"signature": "[redacted]"}`,
		"ticket=abcdef":                                        "ticket=[redacted]",
		"signature: c2VjcmV0c2VjcmV0cw":                        "signature: [redacted]",
		"signature: 9f86d081":                                  "signature: [redacted]",
		"ticket: abcdefghijklmnopqrstuvwxyz":                   "ticket: [redacted]",
		"Authorization: Bearer abc":                            "Authorization: Bearer [redacted]",
		"access_token: abcdefghij":                             "access_token: [redacted]",
		"client_secret: planted":                               "client_secret: [redacted]",
		"tfa_code: abcd":                                       "tfa_code: [redacted]",
		"invalid signature: the path prefix was signed":        "invalid signature: the path prefix was signed",
		"app_ticket: missing.":                                 "app_ticket: missing.",
		"kso1sign check error: invalid signature: unsupported": "kso1sign check error: invalid signature: unsupported",
	} {
		assert.Equal(t, want, scrub(text, secrets))
	}
}
