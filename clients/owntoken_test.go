package clients_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/token"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestATokenOfTheContextGoesFirst(t *testing.T) {
	own := token.Token{Value: "planted-own", Refresh: "planted-refresh"}
	ctx := clients.WithOwnToken(t.Context(), own)
	for _, source := range []clients.OwnToken{{Otherwise: token.Static("configured")}, {Missing: "nothing"}} {
		got, err := source.Token(ctx)
		require.NoError(t, err)
		assert.Equal(t, own, got)
	}
	got, err := clients.OwnToken{Otherwise: token.Static("configured")}.Token(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "configured", string(got.Value))
	_, err = clients.OwnToken{Missing: "nobody is signing in"}.Token(context.Background())
	assert.EqualError(t, err, "nobody is signing in")
	for _, shown := range []context.Context{ctx, clients.WithSecrets(t.Context(), "planted-own")} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			text := fmt.Sprintf(verb, shown)
			assert.NotContains(t, text, "planted")
			assert.NotContains(t, text, fmt.Sprintf("%x", "planted"))
		}
	}
}
