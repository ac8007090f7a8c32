package token

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"time"
)

// Secret is a string that must not be read by chance: a password, an access token. Everything that formats, logs or
// encodes it gets "[redacted]"; string(s) is the way to the text itself. It can be decoded from what holds a string.
//
// Three things ask no type how it wants to be shown: encoding/asn1; package fmt about a field of yours that is not
// exported, so keep Secrets, and what holds them, in exported ones; and its verb %w for what is no error, which go vet
// reports.
type Secret string

const redacted = "[redacted]"

// String returns "[redacted]".
func (s Secret) String() string { return redacted }

// GoString returns "[redacted]".
func (s Secret) GoString() string { return redacted }

// Format writes "[redacted]" for every verb.
func (s Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, redacted) }

// MarshalText returns "[redacted]", for encoding/json and all others that ask. (Keys of maps are not asked; do not use
// a Secret as one.)
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// MarshalBinary returns "[redacted]", for those that ask for bytes.
func (s Secret) MarshalBinary() ([]byte, error) { return []byte(redacted), nil }

// GobEncode returns "[redacted]". What a Secret has been encoded as cannot be decoded into one; a string can.
func (s Secret) GobEncode() ([]byte, error) { return []byte(redacted), nil }

// LogValue returns "[redacted]".
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// Token is an access token with its end of life.
type Token struct {
	Value  Secret
	Expiry time.Time

	// Refresh renews a user's token once Value has run out. Vendors that rotate it accept each one only once.
	Refresh       Secret
	RefreshExpiry time.Time

	// serial tells two fetches apart that gave the same Value.
	serial uint64
}

// Format prints the fields for every verb, without the secrets.
func (t Token) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "{Value:%v Expiry:%v Refresh:%v RefreshExpiry:%v}", t.Value, t.Expiry, t.Refresh, t.RefreshExpiry)
}

// Lifetime is what a vendor says of how long a token lives, or otherwise if it says nothing that makes sense. Numbers
// too large for a Duration are cut.
func Lifetime(seconds int64, otherwise time.Duration) time.Duration {
	if seconds <= 0 {
		return otherwise
	}
	return time.Duration(min(seconds, 1<<31)) * time.Second
}

// Source hands out tokens.
type Source interface {
	// Token returns a token that is good for at least a moment. The error of a fetch that failed reaches everybody who
	// waited for it.
	Token(ctx context.Context) (Token, error)

	// Invalidate drops bad, a token that Token returned and the vendor then refused. It does nothing if a newer one has
	// taken its place, so that many calls that failed on the same token cause one fetch.
	Invalidate(bad Token)
}

// Static returns a source that always hands out value: a token that somebody else looks after.
func Static(value Secret) Source { return &static{func() Secret { return value }} }

// static keeps its value in a function, where nothing that prints or encodes it gets.
type static struct{ value func() Secret }

func (s *static) Token(context.Context) (Token, error) { return Token{Value: s.value()}, nil }
func (s *static) Invalidate(Token)                     {}
func (s *static) Format(f fmt.State, _ rune)           { fmt.Fprint(f, redacted) }
func (s *static) MarshalText() ([]byte, error)         { return []byte(redacted), nil }

// Key makes a store key out of what identifies a credential: a hash, from which none of the parts can be read.
func Key(parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		// The length keeps ("ab", "c") apart from ("a", "bc").
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return "roster:token:" + hex.EncodeToString(h.Sum(nil)[:16])
}
