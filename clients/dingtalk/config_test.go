package dingtalk_test

import (
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/dingtalk"
	"github.com/stretchr/testify/assert"
)

func TestNewRefusesWhatCannotBeACredential(t *testing.T) {
	good := dingtalk.Config{AppKey: "dingkey", AppSecret: "4pp"}
	for field, spoil := range map[string]func(*dingtalk.Config, string){
		"Config.AppKey":    func(c *dingtalk.Config, s string) { c.AppKey = s },
		"Config.AppSecret": func(c *dingtalk.Config, s string) { c.AppSecret = clients.Secret(s) },
	} {
		for _, value := range []string{"planted\n", "<planted>"} {
			cfg := good
			spoil(&cfg, value)
			_, err := dingtalk.New(cfg)
			assert.ErrorContains(t, err, field)
			assert.NotContains(t, err.Error(), "planted")
		}
	}
	suite := suiteConfig()
	for field, spoil := range map[string]func(*dingtalk.Config, string){
		"Config.SuiteKey":    func(c *dingtalk.Config, s string) { c.SuiteKey = s },
		"Config.SuiteSecret": func(c *dingtalk.Config, s string) { c.SuiteSecret = clients.Secret(s) },
		"Config.AuthCorpID":  func(c *dingtalk.Config, s string) { c.AuthCorpID = s },
	} {
		for _, value := range []string{"planted\n", "<planted>"} {
			cfg := suite
			spoil(&cfg, value)
			_, err := dingtalk.New(cfg)
			assert.ErrorContains(t, err, field)
			assert.NotContains(t, err.Error(), "planted")
		}
	}
	_, err := dingtalk.New(good)
	assert.NoError(t, err)
}
