package sim

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTokenDesk(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	desk := newTokenDesk(1)
	_, ok := desk.current("wps", "app", now)
	assert.False(t, ok)

	a := desk.issue("wps", "app", "t-", 20, now, time.Hour)
	b := desk.issue("wps", "app", "t-", 20, now, 2*time.Hour)
	other := desk.issue("feishu", "app", "", 20, now, time.Hour)
	assert.Len(t, a.token, 22)
	assert.NotEqual(t, a.token, b.token)
	assert.Equal(t, 2, desk.count("wps"))

	newest, ok := desk.current("wps", "app", now)
	require.True(t, ok)
	assert.Equal(t, b.token, newest.token)
	state := func(vendor, token string, at time.Time) tokenState {
		_, s := desk.check(vendor, token, at)
		return s
	}
	assert.Equal(t, tokenGood, state("wps", a.token, now))
	assert.Equal(t, tokenUnknown, state("feishu", a.token, now), "another vendor's")
	assert.Equal(t, tokenUnknown, state("wps", "", now))
	assert.Equal(t, tokenGood, state("wps", a.token, now.Add(time.Hour-1)))
	assert.Equal(t, tokenExpired, state("wps", a.token, now.Add(time.Hour)))

	desk.extend("wps", a.token, now.Add(3*time.Hour))
	desk.extend("wps", "unknown", now)
	assert.Equal(t, tokenGood, state("wps", a.token, now.Add(2*time.Hour)))
	desk.revoke("wps", b.token)
	desk.revoke("wps", "unknown")
	assert.Equal(t, tokenRevoked, state("wps", b.token, now))
	newest, _ = desk.current("wps", "app", now)
	assert.Equal(t, a.token, newest.token)
	desk.revokeAll("wps")
	assert.Equal(t, tokenRevoked, state("wps", a.token, now))
	assert.Equal(t, tokenGood, state("feishu", other.token, now))
	assert.Equal(t, int64(1), seconds(10*time.Millisecond))
}
