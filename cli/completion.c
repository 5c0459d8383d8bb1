/* Completions for bash, zsh and fish, from the same tables as --help. */
#include <string.h>

#include "cli/command.h"

static bool is_directory(const csi_opt_facts *opt)
{
    return opt->argument != NULL && strcmp(opt->argument, "DIR") == 0;
}

static bool is_path(const csi_opt_facts *opt)
{
    return opt->argument != NULL && (is_directory(opt) || strcmp(opt->argument, "FILE") == 0);
}

/* "a|b" as "a b". */
static void put_choices(FILE *out, const char *choices)
{
    for (; *choices != '\0'; choices++) {
        fputc(*choices == '|' ? ' ' : *choices, out);
    }
}

static void put_option_words(FILE *out, const csi_command *command)
{
    for (int i = 0; i < CSI_N_OPTS; i++) {
        if (csi_command_takes(command, (csi_opt)i)) {
            fprintf(out, " --%s", csi_opt_table[i].name);
            if (csi_opt_table[i].letter != 0) {
                fprintf(out, " -%c", csi_opt_table[i].letter);
            }
        }
    }
}

static void put_command_names(FILE *out)
{
    for (size_t i = 0; i < csi_command_count(); i++) {
        if (!csi_command_at(i)->is_hidden) {
            fprintf(out, "%s%s", i > 0 ? " " : "", csi_command_at(i)->name);
        }
    }
}

/* What follows an option that takes a value. A long name means the same kind of value wherever it is a choice; for paths
 * directories are offered with files, as the same name may stand for either. */
static void bash_values(FILE *out)
{
    for (int i = 0; i < CSI_N_OPTS; i++) {
        const csi_opt_facts *opt = &csi_opt_table[i];
        if (opt->argument == NULL || (i > 0 && strcmp(opt->name, csi_opt_table[i - 1].name) == 0)) {
            continue;
        }
        fprintf(out, "        --%s", opt->name);
        if (opt->letter != 0) {
            fprintf(out, "|-%c", opt->letter);
        }
        if (opt->choices != NULL) {
            fputs(") COMPREPLY=($(compgen -W '", out);
            put_choices(out, opt->choices);
            fputs("' -- \"$current\")); return ;;\n", out);
        } else if (is_path(opt)) {
            fprintf(out, ") compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -%c -- \"$current\")); return ;;\n",
                    is_directory(opt) ? 'd' : 'f');
        } else {
            fputs(") return ;;\n", out);
        }
    }
}

void csi_completion_bash(FILE *out)
{
    fputs("# bash completion for csindex, made from its table of options\n"
          "_csindex()\n{\n"
          "    local current=\"${COMP_WORDS[COMP_CWORD]}\" previous=\"${COMP_WORDS[COMP_CWORD-1]}\" command='' word\n"
          "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
          "        case \"$word\" in\n            -*) ;;\n            *) command=\"$word\"; break ;;\n        esac\n"
          "    done\n"
          "    case \"$previous\" in\n",
          out);
    bash_values(out);
    fputs("    esac\n    case \"$command\" in\n        '') COMPREPLY=($(compgen -W '", out);
    put_command_names(out);
    fputs(" --help --version' -- \"$current\")); return ;;\n        help) COMPREPLY=($(compgen -W '", out);
    put_command_names(out);
    fputs("' -- \"$current\")); return ;;\n    esac\n    if [[ $current == -* ]]; then\n        case \"$command\" in\n", out);
    for (size_t i = 0; i < csi_command_count(); i++) {
        if (!csi_command_at(i)->is_hidden) {
            fprintf(out, "            %s) COMPREPLY=($(compgen -W '", csi_command_at(i)->name);
            put_option_words(out, csi_command_at(i));
            fputs("' -- \"$current\")) ;;\n", out);
        }
    }
    fputs("        esac\n    else\n        compopt -o filenames 2>/dev/null\n"
          "        COMPREPLY=($(compgen -f -- \"$current\"))\n    fi\n}\n"
          "complete -F _csindex csindex\n",
          out);
}

/* Text within single quotes of a shell; zsh also needs brackets and colons quoted, which `specials` lists. */
static void put_quoted(FILE *out, const char *text, const char *specials)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            fputs("'\\''", out);
        } else if (strchr(specials, *text) != NULL) {
            fprintf(out, "\\%c", *text);
        } else {
            fputc(*text, out);
        }
    }
}

static void zsh_option(FILE *out, csi_opt opt)
{
    const csi_opt_facts *facts = &csi_opt_table[opt];
    if (facts->letter != 0) {
        fprintf(out, "                '(-%c --%s)'{-%c,--%s%s}'[", facts->letter, facts->name, facts->letter, facts->name,
                facts->argument != NULL ? "=" : "");
    } else {
        fprintf(out, "                '--%s%s[", facts->name, facts->argument != NULL ? "=" : "");
    }
    put_quoted(out, facts->meaning, "[]:\\");
    fputc(']', out);
    if (facts->argument != NULL) {
        fprintf(out, ":%s:", facts->argument);
        if (facts->choices != NULL) {
            fputc('(', out);
            put_choices(out, facts->choices);
            fputc(')', out);
        } else {
            fputs(is_directory(facts) ? "_files -/" : is_path(facts) ? "_files" : "", out);
        }
    }
    fputs("' \\\n", out);
}

void csi_completion_zsh(FILE *out)
{
    fputs("#compdef csindex\n# zsh completion for csindex, made from its table of options\n_csindex()\n{\n"
          "    local context state line\n    typeset -A opt_args\n"
          "    _arguments -C '1:command:->command' '*::argument:->argument'\n"
          "    case $state in\n    command)\n        local -a commands=(\n",
          out);
    for (size_t i = 0; i < csi_command_count(); i++) {
        if (!csi_command_at(i)->is_hidden) {
            fprintf(out, "            '%s:", csi_command_at(i)->name);
            put_quoted(out, csi_command_at(i)->summary, ":\\");
            fputs("'\n", out);
        }
    }
    fputs("        )\n        _describe command commands\n        ;;\n    argument)\n        case $words[1] in\n", out);
    for (size_t i = 0; i < csi_command_count(); i++) {
        const csi_command *command = csi_command_at(i);
        if (command->is_hidden) {
            continue;
        }
        fprintf(out, "        %s)\n            _arguments \\\n", command->name);
        for (int o = 0; o < CSI_N_OPTS; o++) {
            if (csi_command_takes(command, (csi_opt)o)) {
                zsh_option(out, (csi_opt)o);
            }
        }
        fputs("                '*:argument:_files'\n            ;;\n", out);
    }
    fputs("        esac\n        ;;\n    esac\n}\n_csindex \"$@\"\n", out);
}

static void fish_option(FILE *out, const char *condition, csi_opt opt)
{
    const csi_opt_facts *facts = &csi_opt_table[opt];
    fprintf(out, "complete -c csindex %s -l %s", condition, facts->name);
    if (facts->letter != 0) {
        fprintf(out, " -s %c", facts->letter);
    }
    if (facts->choices != NULL) {
        fputs(" -x -a '", out);
        put_choices(out, facts->choices);
        fputc('\'', out);
    } else if (is_directory(facts)) {
        fputs(" -x -a '(__fish_complete_directories)'", out);
    } else if (facts->argument != NULL) {
        fputs(is_path(facts) ? " -r" : " -x", out);
    }
    fputs(" -d '", out);
    for (const char *at = facts->meaning; *at != '\0'; at++) {
        fputs(*at == '\'' ? "\\'" : *at == '\\' ? "\\\\" : (char[]){*at, '\0'}, out);
    }
    fputs("'\n", out);
}

void csi_completion_fish(FILE *out)
{
    fputs("# fish completion for csindex, made from its table of options\n", out);
    for (size_t i = 0; i < csi_command_count(); i++) {
        const csi_command *command = csi_command_at(i);
        if (command->is_hidden) {
            continue;
        }
        fprintf(out, "complete -c csindex -n __fish_use_subcommand -x -a %s -d '%s'\n", command->name, command->summary);
        char condition[96];
        snprintf(condition, sizeof condition, "-n '__fish_seen_subcommand_from %s'", command->name);
        for (int o = 0; o < CSI_N_OPTS; o++) {
            if (csi_command_takes(command, (csi_opt)o)) {
                fish_option(out, condition, (csi_opt)o);
            }
        }
    }
}
