package desk

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTokenDesk(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	desk := newTokens(1)
	_, ok := desk.Current("wps", "app", now)
	assert.False(t, ok)

	a := desk.Issue("wps", "app", "t-", 20, now, time.Hour)
	b := desk.Issue("wps", "app", "t-", 20, now, 2*time.Hour)
	other := desk.Issue("feishu", "app", "", 20, now, time.Hour)
	assert.Len(t, a.Token, 22)
	assert.NotEqual(t, a.Token, b.Token)
	assert.Equal(t, 2, desk.count("wps"))

	newest, ok := desk.Current("wps", "app", now)
	require.True(t, ok)
	assert.Equal(t, b.Token, newest.Token)
	state := func(vendor, token string, at time.Time) TokenState {
		_, s := desk.Check(vendor, token, at)
		return s
	}
	assert.Equal(t, TokenGood, state("wps", a.Token, now))
	assert.Equal(t, TokenUnknown, state("feishu", a.Token, now), "another vendor's")
	assert.Equal(t, TokenUnknown, state("wps", "", now))
	assert.Equal(t, TokenGood, state("wps", a.Token, now.Add(time.Hour-1)))
	assert.Equal(t, TokenExpired, state("wps", a.Token, now.Add(time.Hour)))

	desk.Extend("wps", a.Token, now.Add(3*time.Hour))
	desk.Extend("wps", "unknown", now)
	assert.Equal(t, TokenGood, state("wps", a.Token, now.Add(2*time.Hour)))
	desk.Revoke("wps", b.Token)
	desk.Revoke("wps", "unknown")
	assert.Equal(t, TokenRevoked, state("wps", b.Token, now))
	newest, _ = desk.Current("wps", "app", now)
	assert.Equal(t, a.Token, newest.Token)
	desk.revokeAll("wps")
	assert.Equal(t, TokenRevoked, state("wps", a.Token, now))
	assert.Equal(t, TokenGood, state("feishu", other.Token, now))
	assert.Equal(t, int64(1), Seconds(10*time.Millisecond))
}
