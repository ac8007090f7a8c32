package change

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Base is the commit that a tree is compared with.
type Base struct {
	Commit string
	Why    string // how it was chosen
}

// ResolveBase finds the commit that ref names in the repository at root. Without a ref it is where the branch left
// origin/main; on main itself, or where there is no origin/main, it is the commit before the last.
func ResolveBase(ctx context.Context, root, ref string) (Base, error) {
	if ref != "" {
		commit, err := commitOf(ctx, root, "rev-parse", "--verify", "--end-of-options", ref+"^{commit}")
		if err != nil {
			return Base{}, fmt.Errorf("there is no commit %q here (in a shallow clone: git fetch --unshallow): %w", ref,
				err)
		}
		return Base{Commit: commit, Why: ref}, nil
	}
	head, err := commitOf(ctx, root, "rev-parse", "--verify", "HEAD")
	if err != nil {
		return Base{}, fmt.Errorf("there is nothing to compare with: %w", err)
	}
	if fork, err := commitOf(ctx, root, "merge-base", "origin/main", "HEAD"); err == nil && fork != head {
		return Base{Commit: fork, Why: "where this branch left origin/main"}, nil
	}
	before, err := commitOf(ctx, root, "rev-parse", "--verify", "HEAD~1")
	if err != nil {
		return Base{},
			errors.New(
				"neither origin/main nor a commit before HEAD is here to compare with (in a shallow clone: git fetch " +
					"--unshallow); name one with BASE=<ref>")
	}
	return Base{Commit: before, Why: "HEAD~1"}, nil
}

// Extract writes the files of a commit into the folder dir. It leaves the repository as it is, unlike a worktree, which
// needs an entry there.
func Extract(ctx context.Context, root string, base Base, dir string) error {
	archive, err := git(ctx, root, "archive", "--format=tar", base.Commit)
	if err != nil {
		return err
	}
	folder, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer folder.Close()
	files := tar.NewReader(strings.NewReader(archive))
	for {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if header.Typeflag != tar.TypeReg {
			continue
		}
		if err := folder.MkdirAll(filepath.Dir(header.Name), 0o755); err != nil {
			return err
		}
		file, err := folder.Create(header.Name)
		if err != nil {
			return err
		}
		_, err = io.Copy(file, files)
		if err := errors.Join(err, file.Close()); err != nil {
			return err
		}
	}
}

// commitOf runs a git command that prints the name of a commit.
func commitOf(ctx context.Context, root string, args ...string) (string, error) {
	out, err := git(ctx, root, args...)
	return strings.TrimSpace(out), err
}

// git runs a git command in dir and returns what it prints. The variables by which a calling git, in a hook for
// example, names its own repository are left out: dir alone says which one is meant.
func git(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = dir
	for _, variable := range os.Environ() {
		switch name, _, _ := strings.Cut(variable, "="); name {
		case "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE":
		default:
			cmd.Env = append(cmd.Env, variable)
		}
	}
	var out, problem bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problem
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("git %s: %w: %s", args[0], err, strings.TrimSpace(problem.String()))
	}
	return out.String(), nil
}
