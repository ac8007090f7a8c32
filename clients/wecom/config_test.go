package wecom_test

import (
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/stretchr/testify/assert"
)

func TestNewRefusesWhatCannotBeACredential(t *testing.T) {
	good := wecom.Config{CorpID: "ww1234567890abcdef", ContactSecret: "c0ntact", AppSecret: "4pp"}
	for field, spoil := range map[string]func(*wecom.Config, string){
		"Config.CorpID":        func(c *wecom.Config, s string) { c.CorpID = s },
		"Config.ContactSecret": func(c *wecom.Config, s string) { c.ContactSecret = clients.Secret(s) },
		"Config.AppSecret":     func(c *wecom.Config, s string) { c.AppSecret = clients.Secret(s) },
	} {
		for _, value := range []string{"planted\n", "<planted>"} {
			cfg := good
			spoil(&cfg, value)
			_, err := wecom.New(cfg)
			assert.ErrorContains(t, err, field)
			assert.NotContains(t, err.Error(), "planted")
		}
	}
	_, err := wecom.New(good)
	assert.NoError(t, err)
}
