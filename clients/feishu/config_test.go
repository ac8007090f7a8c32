package feishu_test

import (
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/feishu"
	"github.com/stretchr/testify/assert"
)

func TestNewRefusesWhatCannotBeACredential(t *testing.T) {
	good := feishu.Config{AppID: "cli_a1", AppSecret: "4pp"}
	for field, spoil := range map[string]func(*feishu.Config, string){
		"Config.AppID":     func(c *feishu.Config, s string) { c.AppID = s },
		"Config.AppSecret": func(c *feishu.Config, s string) { c.AppSecret = clients.Secret(s) },
	} {
		for _, value := range []string{"planted\n", "<planted>"} {
			cfg := good
			spoil(&cfg, value)
			_, err := feishu.New(cfg)
			assert.ErrorContains(t, err, field)
			assert.NotContains(t, err.Error(), "planted")
		}
	}
	for field, user := range map[string]feishu.UserToken{
		"Config.UserToken.RefreshToken":      {RefreshToken: "planted\n"},
		"Config.UserToken.Code.Code":         {Code: &feishu.AuthorizationCode{Code: " planted"}},
		"Config.UserToken.Code.CodeVerifier": {Code: &feishu.AuthorizationCode{Code: "c", CodeVerifier: "<planted>"}},
	} {
		cfg := good
		cfg.UserToken = user
		_, err := feishu.New(cfg)
		assert.ErrorContains(t, err, field)
		assert.NotContains(t, err.Error(), "planted")
	}
	_, err := feishu.New(good)
	assert.NoError(t, err)
}
