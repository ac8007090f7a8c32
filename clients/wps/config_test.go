package wps_test

import (
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wps"
	"github.com/stretchr/testify/assert"
)

func TestNewRefusesWhatCannotBeACredential(t *testing.T) {
	good := wps.Config{AppID: "AK1", AppKey: "4pp"}
	for field, spoil := range map[string]func(*wps.Config, string){
		"Config.AppID":  func(c *wps.Config, s string) { c.AppID = s },
		"Config.AppKey": func(c *wps.Config, s string) { c.AppKey = clients.Secret(s) },

		"Config.User.Value":   func(c *wps.Config, s string) { c.User.Value = clients.Secret(s) },
		"Config.User.Refresh": func(c *wps.Config, s string) { c.User.Refresh = clients.Secret(s) },
	} {
		for _, value := range []string{"planted\n", "<planted>"} {
			cfg := good
			spoil(&cfg, value)
			_, err := wps.New(cfg)
			assert.ErrorContains(t, err, field)
			assert.NotContains(t, err.Error(), "planted")
		}
	}
	_, err := wps.New(good)
	assert.NoError(t, err)
}
