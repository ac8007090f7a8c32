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
	_, ok := desk.current(VendorWPS, "app", now)
	assert.False(t, ok)

	a := desk.issue(VendorWPS, "app", "t-", 20, now, time.Hour)
	b := desk.issue(VendorWPS, "app", "t-", 20, now, 2*time.Hour)
	other := desk.issue(VendorFeishu, "app", "", 20, now, time.Hour)
	assert.Len(t, a.token, 22)
	assert.NotEqual(t, a.token, b.token)
	assert.Equal(t, 2, desk.count(VendorWPS))

	newest, ok := desk.current(VendorWPS, "app", now)
	require.True(t, ok)
	assert.Equal(t, b.token, newest.token)
	state := func(vendor, token string, at time.Time) tokenState {
		_, s := desk.check(vendor, token, at)
		return s
	}
	assert.Equal(t, tokenGood, state(VendorWPS, a.token, now))
	assert.Equal(t, tokenUnknown, state(VendorFeishu, a.token, now), "another vendor's")
	assert.Equal(t, tokenUnknown, state(VendorWPS, "", now))
	assert.Equal(t, tokenGood, state(VendorWPS, a.token, now.Add(time.Hour-1)))
	assert.Equal(t, tokenExpired, state(VendorWPS, a.token, now.Add(time.Hour)))

	desk.extend(VendorWPS, a.token, now.Add(3*time.Hour))
	desk.extend(VendorWPS, "unknown", now)
	assert.Equal(t, tokenGood, state(VendorWPS, a.token, now.Add(2*time.Hour)))
	desk.revoke(VendorWPS, b.token)
	desk.revoke(VendorWPS, "unknown")
	assert.Equal(t, tokenRevoked, state(VendorWPS, b.token, now))
	newest, _ = desk.current(VendorWPS, "app", now)
	assert.Equal(t, a.token, newest.token)
	desk.revokeAll(VendorWPS)
	assert.Equal(t, tokenRevoked, state(VendorWPS, a.token, now))
	assert.Equal(t, tokenGood, state(VendorFeishu, other.token, now))
	assert.Equal(t, int64(1), seconds(10*time.Millisecond))
}
