from typing import Any

from django.core.management.base import BaseCommand

from accounts.demo import load_demo_users


class Command(BaseCommand):
    help = "Load what the demo starts with, once: people, instruments, accounts. Needs DEMO=true."

    def handle(self, *args: Any, **options: Any) -> None:
        sign_ins = load_demo_users()
        self.stdout.write("Sign in as")
        for sign_in in sign_ins:
            self.stdout.write(f"  {sign_in.role.label:<12} {sign_in.email:<28} password {sign_in.password}")
