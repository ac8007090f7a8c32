package wecom

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/token"
	"github.com/roster-go/roster/gen/wecomapi"
)

// StaticTicket returns a SuiteTicket that always gives the same text: enough for tests. The ticket of a third-party app
// changes every ten minutes.
func StaticTicket(ticket clients.Secret) func(context.Context) (clients.Secret, error) {
	return func(context.Context) (clients.Secret, error) { return ticket, nil }
}

// ticket asks the program for the latest suite ticket.
func (cfg *Config) ticket(ctx context.Context) (clients.Secret, error) {
	ticket, err := cfg.SuiteTicket(ctx)
	switch {
	case err != nil:
		return "", fmt.Errorf("Config.SuiteTicket failed: %w", err)
	case ticket == "":
		return "", errors.New("Config.SuiteTicket gave no ticket: " +
			"WeCom pushes one to the app's callback every ten minutes")
	case strings.TrimSpace(string(ticket)) != string(ticket):
		return "", errors.New("Config.SuiteTicket gave a ticket with white space around it, such as a line end")
	}
	return ticket, nil
}

// suiteToken is the token of the third-party app itself.
func (cfg *Config) suiteToken(c *clients.Client) (clients.Credential, error) {
	if cfg.SuiteID == "" {
		return clients.Credential{Missing: "Config.SuiteID"}, nil
	}
	api := wecomapi.NewAPI(c)
	source, err := c.NewTokenSource(func(ctx context.Context, _ token.Token) (token.Token, error) {
		ticket, err := cfg.ticket(ctx)
		if err != nil {
			return token.Token{}, err
		}
		asked := c.Now()
		answer, err := api.GetSuiteToken(clients.WithSecrets(ctx, ticket), &wecomapi.GetSuiteTokenRequest{
			SuiteID: cfg.SuiteID, SuiteSecret: string(cfg.SuiteSecret), SuiteTicket: string(ticket)})
		if err != nil {
			return token.Token{}, err
		}
		return token.Token{Value: clients.Secret(answer.SuiteAccessToken),
			Expiry: asked.Add(token.Lifetime(answer.ExpiresIn, 2*time.Hour))}, nil
	}, "suite", cfg.SuiteID, string(cfg.SuiteSecret))
	return clients.Credential{Source: source, Query: "suite_access_token",
		Fields: "Config.SuiteID, Config.SuiteSecret or Config.SuiteTicket"}, err
}

// corpToken is the third-party app's token of the corp that has authorised it.
func (cfg *Config) corpToken(c *clients.Client) (clients.Credential, error) {
	if cfg.AuthCorpID == "" {
		return clients.Credential{Missing: "Config.AuthCorpID and Config.PermanentCode"}, nil
	}
	api := wecomapi.NewAPI(c)
	source, err := c.NewTokenSource(func(ctx context.Context, _ token.Token) (token.Token, error) {
		asked := c.Now()
		answer, err := api.GetCorpToken(ctx, &wecomapi.GetCorpTokenRequest{AuthCorpID: cfg.AuthCorpID,
			PermanentCode: string(cfg.PermanentCode)})
		if err != nil {
			return token.Token{}, err
		}
		return token.Token{Value: clients.Secret(answer.AccessToken),
			Expiry: asked.Add(token.Lifetime(answer.ExpiresIn, 2*time.Hour))}, nil
	}, "corp", cfg.SuiteID, cfg.AuthCorpID, string(cfg.PermanentCode))
	return clients.Credential{Source: source, Query: "access_token",
		Fields: "Config.AuthCorpID or Config.PermanentCode"}, err
}
